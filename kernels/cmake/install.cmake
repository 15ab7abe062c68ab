# What `cmake --install` puts where, for find_package(prelu) and for pkg-config. The component
# prelu_runtime is the shared library alone.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/prelu")

install(TARGETS prelu EXPORT prelu-targets
  LIBRARY COMPONENT prelu_runtime NAMELINK_COMPONENT prelu_development
  FILE_SET HEADERS COMPONENT prelu_development)
install(EXPORT prelu-targets NAMESPACE prelu::
  DESTINATION "${package_dir}" COMPONENT prelu_development)

# The C++ library is a package component of its own: it needs what its kernels link.
set_target_properties(prelu_kernels PROPERTIES EXPORT_NAME kernels)
install(TARGETS prelu_kernels prelu_available_cpus EXPORT prelu-kernels-targets
  ARCHIVE COMPONENT prelu_development
  FILE_SET HEADERS COMPONENT prelu_development)
install(EXPORT prelu-kernels-targets NAMESPACE prelu::
  DESTINATION "${package_dir}" COMPONENT prelu_development)

configure_package_config_file(cmake/prelu-config.cmake.in prelu-config.cmake
  INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(prelu-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  "${CMAKE_CURRENT_BINARY_DIR}/prelu-config.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/prelu-config-version.cmake"
  DESTINATION "${package_dir}" COMPONENT prelu_development)

# Relative to itself, so that what is installed can be moved.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
  BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" OUTPUT_VARIABLE PRELU_PREFIX_FROM_PC)
configure_file(cmake/prelu.pc.in prelu.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/prelu.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT prelu_development)
