# cmake -D OBJECTS=file -D OUTPUT=file -P code_hashes.cmake
# OBJECTS lists, one a line, the object files that a time depends on. Writes, for each variant, a hash
# of its own object and of all that serve every variant: where two builds agree in it, they run the
# same machine code, and whatever differs between their times is noise. A line a variant.
file(STRINGS "${OBJECTS}" objects)
set(common "")
set(variants "")
foreach(object IN LISTS objects)
  cmake_path(NORMAL_PATH object)
  if(object MATCHES "/commit\\.cpp\\.o$")  # a name, and no code
    continue()
  endif()
  file(SHA256 "${object}" hash)
  if(object MATCHES "prelu_kernels\\.dir/((cpu|cuda|cub)/[^/]+)\\.(cpp|cu)\\.o$")
    list(APPEND variants "${CMAKE_MATCH_1}")
    set("hash_of_${CMAKE_MATCH_1}" "${hash}")
  elseif(NOT object MATCHES "prelu_kernels\\.dir/(registry|src/)")  # finds variants, runs none
    string(APPEND common "${hash}")
  endif()
endforeach()
list(SORT variants)
set(text "")
foreach(variant IN LISTS variants)
  string(SHA256 hash "${hash_of_${variant}}${common}")
  string(SUBSTRING "${hash}" 0 16 hash)
  string(APPEND text "${variant} ${hash}\n")
endforeach()
file(WRITE "${OUTPUT}" "${text}")
