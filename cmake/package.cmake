# `cpack` makes a Debian package (ci/package/deb has what that takes). It depends on what `doctor`
# calls missing: the packages that the board definitions name, and what builds a project.
set(packages cmake ninja-build)
file(GLOB definitions CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/qemu-machines/*.json)
list(FILTER definitions EXCLUDE REGEX "\\.schema\\.json$")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${definitions})
foreach(file IN LISTS definitions)
  file(READ ${file} definition)
  string(JSON package GET "${definition}" qemu package)
  list(APPEND packages ${package})
  string(JSON count LENGTH "${definition}" toolchain packages)
  set(number 0)
  while(number LESS count)
    string(JSON package GET "${definition}" toolchain packages ${number})
    list(APPEND packages ${package})
    math(EXPR number "${number} + 1")
  endwhile()
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
