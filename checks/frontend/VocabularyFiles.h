//===- VocabularyFiles.h - The embedded vocabulary --------------*- C++ -*-===//

#ifndef RUNNEL_CHECKS_FRONTEND_VOCABULARYFILES_H
#define RUNNEL_CHECKS_FRONTEND_VOCABULARYFILES_H

#include "llvm/ADT/ArrayRef.h"

namespace runnel::frontend {

struct VocabularyFile {
  const char *Name;
  const char *Text;
};

/// vocabulary/*.yaml, sorted by name. Written by embed_vocabulary.cmake.
llvm::ArrayRef<VocabularyFile> vocabularyFiles();

} // namespace runnel::frontend

#endif
