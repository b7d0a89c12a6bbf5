# BUILD/share/microtvm-qemu: what a generated project is made from. Copied whole whenever a file in
# it changes, so that one that was deleted from the sources is gone from the copy as well.
set(SHARE_DIR ${PROJECT_BINARY_DIR}/share/microtvm-qemu)

file(GLOB_RECURSE SHARE_FILES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/guest/*
     ${PROJECT_SOURCE_DIR}/qemu-machines/* ${PROJECT_SOURCE_DIR}/server/template/*)
# One that is gone makes no other newer: the list of them counts, too.
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/share_files CONTENT "${SHARE_FILES}\n" @ONLY)

add_custom_command(
  OUTPUT ${SHARE_DIR}/.complete
  COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${PROJECT_SOURCE_DIR} -DSHARE_DIR=${SHARE_DIR} -P
          ${PROJECT_SOURCE_DIR}/cmake/assemble_share.cmake
  DEPENDS ${SHARE_FILES} ${PROJECT_BINARY_DIR}/share_files
          ${PROJECT_SOURCE_DIR}/cmake/assemble_share.cmake
  COMMENT "Assembling share/microtvm-qemu"
  VERBATIM)
add_custom_target(share ALL DEPENDS ${SHARE_DIR}/.complete)

# For everybody, whatever the umask of whoever checked it out, built or installed it. Folders that are
# there already stay as they are.
set(FOR_EVERYBODY OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                  WORLD_EXECUTE)
install(CODE "
foreach(folder \"\" /bin /share)
  set(folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\${folder}\")
  if(NOT EXISTS \"\${folder}\")
    file(MAKE_DIRECTORY \"\${folder}\")
    file(CHMOD \"\${folder}\" PERMISSIONS ${FOR_EVERYBODY})
  endif()
endforeach()")
install(DIRECTORY ${SHARE_DIR}/ DESTINATION share/microtvm-qemu
        DIRECTORY_PERMISSIONS ${FOR_EVERYBODY}
        PATTERN .complete EXCLUDE
        PATTERN *.sh PERMISSIONS ${FOR_EVERYBODY})
