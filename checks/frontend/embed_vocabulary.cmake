# Writes OUT: a C++ file that holds every vocabulary file's name and text.
set(text "// Generated from vocabulary/*.yaml.\n#include \"checks/frontend/VocabularyFiles.h\"\n\nnamespace runnel::frontend {\n\nllvm::ArrayRef<VocabularyFile> vocabularyFiles() {\n  static const VocabularyFile Files[] = {\n")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  file(READ ${file} content)
  string(APPEND text "    {\"${name}\", R\"RUNNEL_YAML(${content})RUNNEL_YAML\"},\n")
endforeach()
string(APPEND text "  };\n  return Files;\n}\n\n} // namespace runnel::frontend\n")
file(WRITE ${OUT} "${text}")
