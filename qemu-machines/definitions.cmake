# board_definitions(VAR): the files of the board definitions in this folder, sorted by name. In a
# project, one that comes or goes has it configured anew.
set(BOARD_DEFINITIONS_DIR ${CMAKE_CURRENT_LIST_DIR})

function(board_definitions var)
  set(depends CONFIGURE_DEPENDS)
  if(CMAKE_SCRIPT_MODE_FILE)
    set(depends)
  endif()
  file(GLOB files ${depends} ${BOARD_DEFINITIONS_DIR}/*.json)
  list(FILTER files EXCLUDE REGEX "\\.schema\\.json$")
  set(${var} ${files} PARENT_SCOPE)
endfunction()
