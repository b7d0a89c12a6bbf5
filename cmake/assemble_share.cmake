# cmake -DSOURCE_DIR=... -DSHARE_DIR=... -P assemble_share.cmake
# Copies what the program works with, and derives template/boards.json (the file in which TVM's own
# test helpers look boards up) from the board definitions, so that a board is described once.
cmake_minimum_required(VERSION 3.22)

file(REMOVE_RECURSE ${SHARE_DIR})
file(MAKE_DIRECTORY ${SHARE_DIR})
file(COPY ${SOURCE_DIR}/guest ${SOURCE_DIR}/qemu-machines ${SOURCE_DIR}/server/template
     DESTINATION ${SHARE_DIR})
# Clients start a server by either name.
file(COPY_FILE ${SHARE_DIR}/template/launch_microtvm_api_server.sh
     ${SHARE_DIR}/template/microtvm_api_server.sh)

include(${SOURCE_DIR}/guest/platform/toolchain.cmake)
include(${SOURCE_DIR}/qemu-machines/definitions.cmake)
set(boards "{}")
board_definitions(definitions)
foreach(file IN LISTS definitions)
  file(READ ${file} definition)
  foreach(key name model architecture)
    string(JSON ${key} ERROR_VARIABLE error GET "${definition}" ${key})
    if(error)
      message(FATAL_ERROR "${file}: ${error}")
    endif()
  endforeach()
  toolchain_paths(toolchains "${definition}")
  list(GET toolchains 0 toolchain)
  separate_arguments(toolchain)
  string(JSON flags GET "${definition}" ${toolchain} flags)
  set(ram_bytes 0) # the largest memory that the heap may be in
  string(JSON count LENGTH "${definition}" memory regions)
  math(EXPR last "${count} - 1")
  foreach(index RANGE ${last})
    string(JSON holds GET "${definition}" memory regions ${index} holds)
    string(JSON size_bytes GET "${definition}" memory regions ${index} size_bytes)
    if(holds MATCHES "\"workspace\"" AND size_bytes GREATER ram_bytes)
      set(ram_bytes ${size_bytes})
    endif()
  endforeach()
  # What the compiler may use, not what the core has: -mfloat-abi=hard, -march=rv32imafc.
  set(fpu false)
  if(flags MATCHES "-mfloat-abi=(hard|softfp)|-march=rv[0-9]+[a-z]*[fdg]"
     OR architecture STREQUAL aarch64)
    set(fpu true)
  endif()
  # The rest is for stack, packets and a model's own data.
  math(EXPR heap_bytes "${ram_bytes} / 2")
  string(JSON boards SET "${boards}" ${name} "{
    \"board\": \"${name}\", \"model\": \"${model}\", \"is_qemu\": true, \"fpu\": ${fpu},
    \"vid_hex\": \"\", \"pid_hex\": \"\", \"recommended_heap_size_bytes\": ${heap_bytes}}")
endforeach()
file(WRITE ${SHARE_DIR}/template/boards.json "${boards}\n")
file(WRITE ${SHARE_DIR}/.complete "")
