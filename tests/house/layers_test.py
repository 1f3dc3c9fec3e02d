"""tools/check_layers.py finds each kind of forbidden include."""

import unittest

from planted import PlantedTree


class Layers(PlantedTree):
    def setUp(self):
        super().setUp()
        self.write("src/base/error.h", "#include <string>\n")
        self.write("src/kernel/CMakeLists.txt", "kinode_layer(kernel DEPS base rt LIBS x::y)\n")
        self.write("src/kernel/router.h", '#include "base/error.h"\n#include "kernel/x.h"\n')

    def check(self):
        return self.run_tool("check_layers.py")

    def test_a_tree_that_follows_the_rules_passes(self):
        self.assert_clean(self.check())

    def test_an_edge_upward_is_named_with_its_line_and_rule(self):
        self.write("src/base/error.h", '#include <string>\n#include "kernel/router.h"\n')
        self.assert_faults(self.check(), "src/base/error.h:2: base -> kernel",
                           "base may include nothing of ours")

    def test_the_kernel_may_not_include_a_module(self):
        self.write("src/kernel/router.cpp", '\n#include "modules/timer/timer.h"\n')
        self.assert_faults(self.check(), "src/kernel/router.cpp:2: kernel -> modules/timer")

    def test_a_module_may_include_itself_but_no_other_module(self):
        self.write("src/modules/timer/timer.cpp", '#include "modules/timer/timer.h"\n'
                   '#include "modules/state/state.h"\n')
        code, output = self.check()
        self.assertEqual(1, code)
        self.assertIn("timer.cpp:2: modules/timer -> modules/state", output)
        self.assertNotIn("timer.cpp:1", output)

    def test_a_test_file_is_no_exception(self):
        self.write("src/rt/gate_test.cpp", '#include "kernel/router.h"\n')
        self.assert_faults(self.check(), "src/rt/gate_test.cpp:1: rt -> kernel")

    def test_angle_brackets_do_not_hide_an_edge(self):
        self.write("src/base/error.cpp", "  #  include <kernel/router.h>\n")
        self.assert_faults(self.check(), "src/base/error.cpp:1: base -> kernel")

    def test_a_path_that_is_not_from_src_is_refused(self):
        self.write("src/base/error.cpp", '#include "../kernel/router.h"\n#include "error.h"\n')
        self.assert_faults(self.check(), 'error.cpp:1: "../kernel/router.h"',
                           'error.cpp:2: "error.h"')

    def test_an_unknown_folder_needs_its_line_in_the_rules(self):
        self.write("src/utils/things.h", "")
        self.assert_faults(self.check(), "folder 'utils' is not in tools/layers.txt")

    def test_code_names_what_it_includes_in_its_deps(self):
        self.write("src/kernel/router.cpp", '#include "msg/address.h"\n')
        self.assert_faults(self.check(), "kernel -> msg: name msg in the DEPS of "
                           "src/kernel/CMakeLists.txt")


if __name__ == "__main__":
    unittest.main()
