# cmake -D VIEWER=folder -D STYLE=file -D SCRIPTS=files -D LIBRARIES=files -D LICENCES=files -D OUTPUT=file
#   -P inline_page.cmake
# Makes one string of C++ of the page: its style, its scripts and the chart library stand in it, and its
# Content-Security-Policy allows them by their hashes, and nothing else. File names are joined by commas.

# base64_sha256(TEXT RESULT): as the policy wants it. Three hexadecimal digits are two of base64; two
# zeros fill up the last three, whose second digit is then the '=' at the end.
function(base64_sha256 text result)
  string(SHA256 hex "${text}")
  set(digits "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  set(base64 "")
  foreach(i RANGE 0 63 3)
    string(SUBSTRING "${hex}00" ${i} 3 three)
    math(EXPR high "0x${three} >> 6")
    math(EXPR low "0x${three} & 63")
    string(SUBSTRING "${digits}" ${high} 1 high)
    string(SUBSTRING "${digits}" ${low} 1 low)
    string(APPEND base64 "${high}${low}")
  endforeach()
  string(SUBSTRING "${base64}" 0 43 base64)
  set(${result} "${base64}=" PARENT_SCOPE)
endfunction()

function(read_all files result)
  string(REPLACE "," ";" files "${files}")
  set(all "")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(APPEND all "${text}\n")
  endforeach()
  set(${result} "${all}" PARENT_SCOPE)
endfunction()

file(READ "${VIEWER}/report.html" page)
read_all("${STYLE}" style)
read_all("${LIBRARIES}" libraries)
read_all("${SCRIPTS}" scripts)
read_all("${LICENCES}" licences)
# The viewer's files share one scope, which nothing outside sees.
set(script "${libraries}(() => {\n'use strict';\n${scripts}})();\n")
if(script MATCHES "</script|<!--" OR style MATCHES "</style")
  message(FATAL_ERROR "The page's scripts or style hold what would end them early")
endif()
base64_sha256("${script}" script_hash)
base64_sha256("${style}" style_hash)
string(REPLACE "&" "&amp;" licences "${licences}")
string(REPLACE "<" "&lt;" licences "${licences}")

string(REPLACE "{{script-hash}}" "${script_hash}" page "${page}")
string(REPLACE "{{style-hash}}" "${style_hash}" page "${page}")
string(REPLACE "{{licences}}" "${licences}" page "${page}")
string(REPLACE "{{style}}" "${style}" page "${page}")
string(REPLACE "{{script}}" "${script}" page "${page}")
file(WRITE "${OUTPUT}" "// Made by inline_page.cmake.
#include \"page_template.hpp\"

namespace prelu::reports {

std::string_view page_template() { return R\"PRELU-PAGE(${page})PRELU-PAGE\"; }

}  // namespace prelu::reports
")
