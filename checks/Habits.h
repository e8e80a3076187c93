//===- Habits.h - One finding for what many places do alike -----*- C++ -*-===//
//
// Fourteen functions that run a script's callback under the interpreter's lock
// are one decision of their authors, and fourteen warnings about it are noise.
// From MinAlike findings of one key on, the first is told, with notes that name
// the places of the others. What can be mended by itself is left by itself, and
// what stands within few files is not yet a habit.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_HABITS_H
#define RUNNEL_CHECKS_HABITS_H

#include "checks/Finding.h"

#include <string>
#include <vector>

namespace runnel {

struct Alike {
  std::string Key;  ///< what is done, by whatever makes it the same
  std::string Note; ///< of this place, when another stands for it
  Finding What;     ///< its last note is the advice
};

/// The findings of \p All, those of one key as one if they are many, in at
/// least \p MinFiles files.
std::vector<Finding> foldAlike(std::vector<Alike> All, size_t MinFiles);

} // namespace runnel

#endif
