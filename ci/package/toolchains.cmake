# cmake -DBOARDS=FOLDER -P toolchains.cmake: for each board definition in FOLDER a line on stdout,
# "QEMU-PROGRAM COMPILER-PREFIX FLAG...".
cmake_minimum_required(VERSION 3.22)

file(GLOB definitions ${BOARDS}/*.json)
list(FILTER definitions EXCLUDE REGEX "\\.schema\\.json$")
foreach(file IN LISTS definitions)
  file(READ ${file} definition)
  string(JSON program GET "${definition}" qemu program)
  string(JSON line GET "${definition}" toolchain prefix)
  string(JSON count LENGTH "${definition}" toolchain flags)
  set(number 0)
  while(number LESS count)
    string(JSON flag GET "${definition}" toolchain flags ${number})
    string(APPEND line " ${flag}")
    math(EXPR number "${number} + 1")
  endwhile()
  execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${program} ${line}")
endforeach()
