# prelu_plant(COPY file NAME name FROM original REPLACE text WITH text): a rule that makes a copy of the
# kernel file kernels/ORIGINAL.cu with one change in it, whose entry is called NAME: see plant.cmake. To
# be called from the directory that compiles the copy.
function(prelu_plant)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "COPY;NAME;FROM;REPLACE;WITH" "")
  set(from "${PROJECT_SOURCE_DIR}/kernels/${arg_FROM}.cu")
  set(plant "${PROJECT_SOURCE_DIR}/kernels/test/mutants/plant.cmake")
  cmake_path(REPLACE_EXTENSION arg_COPY cmake OUTPUT_VARIABLE description)
  file(CONFIGURE OUTPUT "${description}" @ONLY CONTENT "set(FROM [==[${from}]==])
set(TO [==[${arg_COPY}]==])
set(ORIGINAL [==[${arg_FROM}]==])
set(NAME [==[${arg_NAME}]==])
set(REPLACE [==[${arg_REPLACE}]==])
set(WITH [==[${arg_WITH}]==])
")
  add_custom_command(OUTPUT "${arg_COPY}"
    COMMAND "${CMAKE_COMMAND}" -D "MUTANT=${description}" -P "${plant}"
    DEPENDS "${from}" "${description}" "${plant}"
    COMMENT "Planting a mistake: ${arg_NAME}"
    VERBATIM)
endfunction()
