# libarchive for the program: linked statically where that is possible, so that only what reads tar
# files comes along. The shared one drags in ICU, libxml2, libstdc++ and others for formats that we
# refuse, and loading those takes longer than all else that a server does up to its first reply.
include(CheckCSourceCompiles)

add_library(archive_reader INTERFACE)
find_library(ARCHIVE_STATIC libarchive.a)
if(ARCHIVE_STATIC)
  set(ARCHIVE_FILTERS -l:libz.so.1 -l:libbz2.so.1.0 -l:liblzma.so.5 -l:libzstd.so.1)
  set(CMAKE_REQUIRED_LIBRARIES ${ARCHIVE_STATIC} ${ARCHIVE_FILTERS})
  check_c_source_compiles(
    "#include <archive.h>
     int main(void)
     {
         struct archive *reader = archive_read_new();
         return archive_read_support_format_tar(reader) + archive_read_support_filter_gzip(reader) +
                archive_read_support_filter_bzip2(reader) + archive_read_support_filter_xz(reader) +
                archive_read_support_filter_zstd(reader) + archive_read_free(reader);
     }"
    ARCHIVE_STATIC_LINKS)
  unset(CMAKE_REQUIRED_LIBRARIES)
endif()
if(ARCHIVE_STATIC_LINKS)
  target_link_libraries(archive_reader INTERFACE ${ARCHIVE_STATIC} ${ARCHIVE_FILTERS})
else()
  message(STATUS "No static libarchive: servers will start 1 ms later")
  target_link_libraries(archive_reader INTERFACE PkgConfig::ARCHIVE)
endif()
