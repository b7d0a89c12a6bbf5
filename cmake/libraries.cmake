# With BUNDLE_LIBRARIES (the Python package asks for it), `cmake --install` lays down what the program
# links beside it, all but the C library: it then runs where none of this is installed.
#
#   bin/microtvm-qemu
#   bin/microtvm-qemu.libs/   the libraries, and in licenses/ what their distribution says of each
#
# The program looks there first, wherever the two are: a generated project has a copy of both.
option(BUNDLE_LIBRARIES "Install the libraries that the program links, too" OFF)
if(NOT BUNDLE_LIBRARIES)
  return()
endif()

# An RPATH, and no RUNPATH: it holds for what the libraries link themselves as well.
target_link_options(program PRIVATE -Wl,--disable-new-dtags)
set_target_properties(program PROPERTIES INSTALL_RPATH "$ORIGIN/microtvm-qemu.libs")

install(CODE "set(program \"$<TARGET_FILE:program>\")
set(static_libraries \"$<$<BOOL:${ARCHIVE_STATIC_LINKS}>:${ARCHIVE_STATIC}>\")")
install(CODE [[
set(libs "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/bin/microtvm-qemu.libs")
file(REMOVE_RECURSE "${libs}")
file(MAKE_DIRECTORY "${libs}/licenses")
# What belongs to the C library goes with the kernel's loader, which can't be brought along.
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES "${program}" RESOLVED_DEPENDENCIES_VAR libraries
     PRE_EXCLUDE_REGEXES "^lib(c|dl|m|pthread|resolv|rt)\\.so" "^ld-linux")
foreach(library IN LISTS libraries)
  get_filename_component(name "${library}" NAME)
  message(STATUS "Bundling: ${library}")
  file(COPY_FILE "${library}" "${libs}/${name}")
endforeach()
# Debian's words on each; other distributions have them elsewhere.
foreach(library IN LISTS libraries static_libraries)
  file(REAL_PATH "${library}" file)
  set(owner)
  find_program(DPKG_QUERY dpkg-query)
  if(DPKG_QUERY)
    # Packages name files in /lib, which is /usr/lib by now.
    string(REGEX REPLACE "^/usr" "" packaged "${file}")
    execute_process(COMMAND "${DPKG_QUERY}" -S "${file}" "${packaged}" OUTPUT_VARIABLE owner
                    ERROR_QUIET)
  endif()
  string(REGEX MATCH "^[^:\n]+" package "${owner}")
  set(copyright "/usr/share/doc/${package}/copyright")
  if(package AND EXISTS "${copyright}")
    file(COPY_FILE "${copyright}" "${libs}/licenses/${package}")
  else()
    message(WARNING "No licence of ${library} was found here: add it before you pass this on")
  endif()
endforeach()
# Whatever the umask, and the modes of the files that were copied.
file(CHMOD_RECURSE "${libs}" FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ
     DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
     WORLD_EXECUTE)
]])
