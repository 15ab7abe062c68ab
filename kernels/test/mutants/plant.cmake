# cmake -D MUTANT=description.cmake -P plant.cmake: writes a changed copy of a kernel file.
#
# The description sets FROM and TO (files), REPLACE and WITH (the mistake), and ORIGINAL and NAME:
# the folder and file names that the entry is called by, before and after. Everything to be replaced
# must occur exactly once, so that a mutant whose original has changed fails the build instead of
# turning into a copy that is right.
include("${MUTANT}")

file(READ "${FROM}" text)

function(replace_once old new)
  string(FIND "${text}" "${old}" first)
  string(FIND "${text}" "${old}" last REVERSE)
  if(first EQUAL -1)
    message(FATAL_ERROR "${NAME}: ${FROM} no longer holds this text; adapt the mutant:\n${old}")
  endif()
  if(NOT first EQUAL last)
    message(FATAL_ERROR "${NAME}: ${FROM} holds this text more than once; name more of it:\n${old}")
  endif()
  string(REPLACE "${old}" "${new}" changed "${text}")
  set(text "${changed}" PARENT_SCOPE)
endfunction()

replace_once("${REPLACE}" "${WITH}")
replace_once(".name = \"${ORIGINAL}\"" ".name = \"${NAME}\"")
string(REPLACE "/" "_" original_function "${ORIGINAL}")
string(REPLACE "/" "_" function "${NAME}")
replace_once("KernelVariant ${original_function}()" "KernelVariant ${function}()")

file(WRITE "${TO}" "// Wrong on purpose: a copy of ${ORIGINAL}. Generated; do not edit.\n${text}")
