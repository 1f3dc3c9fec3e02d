# kinode_layer(<name> [DEPS <our folders>...] [LIBS <third-party targets>...]
#              [TEST_LIBS <targets>...])
