# cmake -DSOURCE_DIR=... -DSHARE_DIR=... -P assemble_share.cmake
# Copies what the program works with, and derives template/boards.json (the file in which TVM's own
# test helpers look boards up) from the board definitions, so that a board is described once.
cmake_minimum_required(VERSION 3.22)

file(REMOVE_RECURSE ${SHARE_DIR})
file(MAKE_DIRECTORY ${SHARE_DIR})
file(COPY ${SOURCE_DIR}/guest ${SOURCE_DIR}/qemu-machines ${SOURCE_DIR}/server/template
     DESTINATION ${SHARE_DIR})

set(boards "{}")
file(GLOB definitions ${SOURCE_DIR}/qemu-machines/*.json)
foreach(file IN LISTS definitions)
  file(READ ${file} definition)
  string(JSON name ERROR_VARIABLE error GET "${definition}" name)
  if(error)
    message(FATAL_ERROR "${file}: ${error}")
  endif()
  string(JSON model GET "${definition}" model)
  string(JSON boards SET "${boards}" ${name}
         "{\"board\": \"${name}\", \"model\": \"${model}\", \"is_qemu\": true, \"fpu\": false, \"vid_hex\": \"\", \"pid_hex\": \"\"}")
endforeach()
file(WRITE ${SHARE_DIR}/template/boards.json "${boards}\n")
file(WRITE ${SHARE_DIR}/.complete "")
