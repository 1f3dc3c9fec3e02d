// kinode: one node. See README.md, or run `kinode --help`.
#include <cstdio>

#include "node/config.h"
#include "node/run.h"

int main(int argc, char** argv) {
  auto parsed = kinode::node::parse_command_line(argc, argv);
  if (!parsed.config) {
    std::fputs(parsed.text.c_str(), parsed.exit_code == 0 ? stdout : stderr);
    return parsed.exit_code;
  }
  return kinode::node::run(*parsed.config);
}
