"""From PrimFuncs to C functions that take pointers: what TVM compiles, and what it must be helped with."""
