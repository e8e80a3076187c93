//===- Vocabulary.cpp - Looking names up ----------------------------------===//

#include "checks/frontend/Vocabulary.h"
#include "checks/frontend/VocabularyFiles.h"

#include "llvm/Support/ErrorHandling.h"

namespace runnel::frontend {

Vocabulary::Vocabulary() = default;

const Vocabulary &Vocabulary::builtin() {
  // Never destroyed: other threads may still lower when the process ends.
  static const Vocabulary &V = *[] {
    auto *Made = new Vocabulary;
    for (const VocabularyFile &File : vocabularyFiles())
      if (llvm::Error E = Made->parse(File.Text, File.Name))
        // A test parses the embedded files, so this cannot happen to a user.
        llvm::report_fatal_error(std::move(E));
    return Made;
  }();
  return V;
}

const TypeEntry *Vocabulary::type(llvm::StringRef QualifiedName) const {
  auto It = Types.find(QualifiedName);
  return It == Types.end() ? nullptr : It->second.get();
}

const std::vector<Action> *
Vocabulary::function(llvm::StringRef QualifiedName) const {
  auto It = Functions.find(QualifiedName);
  return It == Functions.end() ? nullptr : &It->second;
}

bool Vocabulary::mayBeType(llvm::StringRef ShortName) const {
  return ShortTypes.contains(ShortName);
}

bool Vocabulary::mayBeFunction(llvm::StringRef ShortName) const {
  return ShortFunctions.contains(ShortName);
}

} // namespace runnel::frontend
