//===- Nearest.h - "did you mean" -------------------------------*- C++ -*-===//

#ifndef RUNNEL_TOOL_CONFIG_NEAREST_H
#define RUNNEL_TOOL_CONFIG_NEAREST_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace runnel::tool {

/// The candidate that \p Word was probably meant to be; empty if none is near.
inline llvm::StringRef nearest(llvm::StringRef Word,
                               llvm::ArrayRef<llvm::StringRef> Candidates) {
  llvm::StringRef Best;
  unsigned Least = std::max<size_t>(2, Word.size() / 3) + 1;
  for (llvm::StringRef C : Candidates) {
    unsigned Distance = Word.edit_distance(C, true, Least);
    // A word that stops short of its end is nearer than the letters it lacks.
    if (!Word.empty() && Word.size() >= 3 && C.contains_insensitive(Word))
      Distance = std::min(Distance, 1u);
    if (Distance < Least) {
      Least = Distance;
      Best = C;
    }
  }
  return Best;
}

/// ", did you mean 'x'?", or nothing.
inline std::string didYouMean(llvm::StringRef Word,
                              llvm::ArrayRef<llvm::StringRef> Candidates,
                              llvm::StringRef Prefix = "") {
  llvm::StringRef Best = nearest(Word, Candidates);
  if (Best.empty())
    return "";
  return ("; did you mean '" + Prefix + Best + "'?").str();
}

} // namespace runnel::tool

#endif
