# `cpack` makes a Debian package (ci/package/deb has what that takes). It depends on what `doctor`
# calls missing: the packages that the board definitions name, and what builds a project. Of a board's
# toolchains one is enough: "a & b or c & d" is, in the words of a package, (a | c) & (a | d) & (b | c) &
# (b | d). C libraries come last in a definition and first here, since one release has that of the one, the
# next that of the other, and apt takes the first of what it can have.
include(${PROJECT_SOURCE_DIR}/guest/platform/toolchain.cmake)
include(${PROJECT_SOURCE_DIR}/qemu-machines/definitions.cmake)

# alternatives(VAR DEFINITION): a list of "a | c".
function(alternatives var definition)
  toolchain_paths(toolchains "${definition}")
  set(clauses)
  foreach(toolchain IN LISTS toolchains)
    separate_arguments(toolchain)
    string(JSON number LENGTH "${definition}" ${toolchain} packages)
    set(longer)
    while(number GREATER 0)
      math(EXPR number "${number} - 1")
      string(JSON package GET "${definition}" ${toolchain} packages ${number})
      if(clauses)
        list(TRANSFORM clauses APPEND " | ${package}" OUTPUT_VARIABLE with_it)
      else()
        set(with_it ${package})
      endif()
      list(APPEND longer ${with_it})
    endwhile()
    set(clauses ${longer})
  endforeach()
  set(${var} ${clauses} PARENT_SCOPE)
endfunction()

set(packages cmake ninja-build)
board_definitions(definitions)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${definitions})
foreach(file IN LISTS definitions)
  file(READ ${file} definition)
  string(JSON package GET "${definition}" qemu package)
  list(APPEND packages ${package})
  alternatives(clauses "${definition}")
  list(APPEND packages ${clauses})
endforeach()
list(REMOVE_DUPLICATES packages)
list(JOIN packages ", " CPACK_DEBIAN_PACKAGE_DEPENDS)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT
    "microtvm-qemu maintainers <maintainers@users.noreply.r-seed-5fa2d9dc.example>")
set(CPACK_PACKAGE_DESCRIPTION
"A microTVM Project API server whose boards are emulated by QEMU. It makes
firmware of a compiled model, boots it and carries TVM's bytes to it and back;
or does the whole way in one command, without TVM and without Python.")
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/compress_manual.cmake)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${FOR_EVERYBODY})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "bubblewrap, ccache")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS gdb-multiarch)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
