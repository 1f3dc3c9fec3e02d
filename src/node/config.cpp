#include "node/config.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <fmt/format.h>

#include "base/bytes.h"
#include "msg/address.h"

namespace kinode::node {

namespace {

// sha256 of nothing: no packages are built into this binary; they come with --package.
constexpr std::string_view kPackagesHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

constexpr std::string_view kExamples = R"(
Examples:
  kinode ./home --fake-node-name demo.os
      a node of your own on this machine, without chain, account or network
  kinode ./home --fake-node-name demo.os --package ./my-app
      the same with a package from disk (a directory with metadata.json and pkg/, or a zip of it)
  kinode ./home --fake-node-name demo.os --port 0 --detached --control-fd 3
      for scripts: any free port, no keyboard; what it got is written to descriptor 3 as JSON

  kinode ./home --password PASSWORD
      a node that exists already, with its keyfile (.keys) in the home; without network too

  kinode backup ./home /mnt/disk/node
  kinode restore /mnt/disk/node ./home-again
      encrypted backups, of a running node too; see `kinode backup --help`. A home that is named
      backup or restore is written ./backup

Exit codes: 0 ordered shutdown, 1 a failure while running or nobody to log in as,
            2 a wrong command line, 3 it could not start (wrong password, home in use, port taken,
            damaged data).
)";

/// The library alone reads 010 as eight, 0x10 as sixteen, and what is far too large as the largest.
CLI::Validator decimal() {
  return {[](std::string& text) -> std::string {
            const bool digits = text.find_first_not_of("0123456789") == text.npos;
            const bool shortest = text == "0" || !text.starts_with('0');
            std::uint64_t number = 0;
            const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
            if (digits && shortest && read.ec == std::errc()) return "";
            return printable(text) + " is not a number for this: write one in digits, such as 8080";
          },
          ""};
}

void add_flags(CLI::App& app, Config& c) {
  app.add_option("home", c.home, "Directory of the node's data; created if missing")->required();
  app.add_option("-p,--port", c.port,
                 "HTTP port; without it the first free one from 8080 on; 0: any")
      ->check(decimal());
  app.add_option("--ws-port", c.ws_port, "Kinode WebSocket port for other nodes; 0 disables")
      ->check(decimal());
  app.add_option("--tcp-port", c.tcp_port, "Kinode TCP port for other nodes; 0 disables")
      ->check(decimal());
  app.add_option("-v,--verbosity", c.verbosity,
                 "What is printed: 0 normal, 1 debug, 2 runtime, 3 every event")
      ->check(decimal())
      ->check(CLI::Range(0, 255));
  app.add_flag("-l,--logging-off", c.logging_off, "Start without log files");
  app.add_option("--reveal-ip", c.reveal_ip, "Accepted for compatibility");
  app.add_flag("-d,--detached", c.detached, "No keyboard input, no browser");
  app.add_option("--rpc", c.rpc,
                 "WebSocket URL of an Ethereum provider, used first and remembered");
  app.add_option("--password", c.password, "Log in to the node whose keyfile is in the home");
  app.add_option("--max-log-size", c.max_log_size, "Bytes of all log files together; 0: unlimited")
      ->check(decimal());
  app.add_option("--number-log-files", c.number_log_files, "Rotating log files")
      ->check(decimal())
      ->check(CLI::Range(1, 10000));
  app.add_option("--max-peers", c.max_peers, "Connections to other nodes")->check(decimal());
  app.add_option("--max-passthroughs", c.max_passthroughs, "Connections relayed for other nodes")
      ->check(decimal());
  app.add_option("--soft-ulimit", c.soft_ulimit, "Open files that the node may use")
      ->check(decimal());
  app.add_option("--process-verbosity", c.process_verbosity,
                 "JSON, for example {\"chat:chat:template.os\":{\"U8\":3},\"x:y:z\":\"Muted\"}");
  app.add_option("--fake-node-name", c.fake_node_name,
                 "Run under this name with a local identity: no chain, account or network");
  app.add_option("--fakechain-port", c.fakechain_port, "Port of a local chain for tests")
      ->check(decimal());
  app.add_option("--package", c.packages, "Package to load: a directory or zip; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--power-durability", c.power_durability,
               "Acknowledge writes only when they would survive a power cut");
  app.add_option("--control-fd", c.control_fd,
                 "Descriptor that is told the port in use, as a line of JSON")
      ->check(decimal());
  app.add_option("--workers", c.workers, "Worker threads; 0: one per processor")
      ->check(decimal())
      ->check(CLI::Range(0, 1024));
}

std::string check_name(const std::string& name) {
  if (name.empty() || msg::is_kimap_safe_node(name)) return {};
  return fmt::format("--fake-node-name: {} may have only a-z, 0-9, - and ., such as demo.os", name);
}

}  // namespace

std::string version_text() {
  return fmt::format("kinode 1.0.0\nDOCKER_BUILD_IMAGE_VERSION: none\nPACKAGES_ZIP_HASH: {}\n",
                     kPackagesHash);
}

Parsed parse_command_line(int argc, const char* const* argv) {
  Config config;
  CLI::App app("A personal server: runs WebAssembly programs that talk by messages.", "kinode");
  app.footer(std::string(kExamples));
  bool version = false;
  add_flags(app, config);
  app.add_flag("-V,--version", version, "Print the version");
  // The version is asked for without a home.
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "-V" || arg == "--version") return {std::nullopt, version_text(), kGraceful};
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return {std::nullopt, app.help(), kGraceful};
  } catch (const CLI::ParseError& error) {
    return {std::nullopt, fmt::format("kinode: {}\nTry `kinode --help`.\n", error.what()), kUsage};
  }
  if (std::string wrong = check_name(config.fake_node_name); !wrong.empty()) {
    return {std::nullopt, fmt::format("kinode: {}\n", wrong), kUsage};
  }
  return {std::move(config), {}, kGraceful};
}

std::vector<std::string> not_there_yet(const Config& c) {
  std::vector<std::string> out;
  const auto note = [&](bool used, std::string_view flag, std::string_view what) {
    if (used) out.push_back(fmt::format("{} has no effect yet: {} is not built", flag, what));
  };
  note(c.ws_port.has_value(), "--ws-port", "networking");
  note(c.tcp_port.has_value(), "--tcp-port", "networking");
  note(!c.rpc.empty(), "--rpc", "the chain module");
  note(c.max_peers != 32, "--max-peers", "networking");
  note(c.max_passthroughs != 0, "--max-passthroughs", "networking");
  return out;
}

}  // namespace kinode::node
