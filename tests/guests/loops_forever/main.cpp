// Never returns and never calls the node: an endless loop. The limit on a guest's time has to deal
// with it.
#include "process_v1.h"

extern "C" void exports_process_v1_init(process_v1_string_t*) {
  static volatile unsigned turns;
  for (;;) turns = turns + 1;
}
