# The page that `prelu-report render` fills with data: viewer/ and those of d3's modules that it draws
# with, as one source file. The order is that of use.
set(viewer "${CMAKE_CURRENT_SOURCE_DIR}/viewer")
set(viewer_scripts dom format data state banner filters table cases chart throughput heatmap case compare
  trend devices function main)
set(viewer_styles base table views print)
set(d3_modules internmap d3-array d3-collection d3-color d3-interpolate d3-format d3-time d3-time-format
  d3-scale d3-selection d3-axis d3-path d3-shape)

set(page_libraries "")
set(page_licences "")
foreach(module IN LISTS d3_modules)
  find_file(PRELU_${module} "${module}.min.js" PATHS "/usr/share/nodejs/${module}/dist" NO_DEFAULT_PATH)
  mark_as_advanced(PRELU_${module})
  if(PRELU_${module})
    list(APPEND page_libraries "${PRELU_${module}}")
  elseif(NOT module STREQUAL "d3-collection")  # newer ones do without
    message(FATAL_ERROR "d3 is missing (${module}.min.js): scripts/setup.sh installs it")
  endif()
  file(GLOB licence "/usr/share/doc/node-${module}/copyright")
  list(APPEND page_licences ${licence})
endforeach()
list(TRANSFORM viewer_scripts REPLACE "(.+)" "${viewer}/\\1.js")
list(TRANSFORM viewer_styles REPLACE "(.+)" "${viewer}/\\1.css")

set(page_source "${CMAKE_CURRENT_BINARY_DIR}/page_template.cpp")
list(JOIN viewer_scripts "," scripts)
list(JOIN viewer_styles "," styles)
list(JOIN page_libraries "," libraries)
list(JOIN page_licences "," licences)
add_custom_command(OUTPUT "${page_source}"
  COMMAND "${CMAKE_COMMAND}" -D "VIEWER=${viewer}" -D "STYLE=${styles}" -D "SCRIPTS=${scripts}"
    -D "LIBRARIES=${libraries}" -D "LICENCES=${licences}" -D "OUTPUT=${page_source}"
    -P "${CMAKE_CURRENT_SOURCE_DIR}/cmake/inline_page.cmake"
  DEPENDS "${viewer}/report.html" ${viewer_scripts} ${viewer_styles} ${page_libraries}
    "${CMAKE_CURRENT_SOURCE_DIR}/cmake/inline_page.cmake"
  COMMENT "Inlining the page"
  VERBATIM)
target_sources(prelu_reports PRIVATE "${page_source}")
