//===- DataUses.h - What is done to a variable, and by whom -----*- C++ -*-===//
//
// For a few variables (what conditions read, and what lies beside it): every
// use in the program, told apart by what it means for a hand-over: put in,
// taken out, looked at, set to a constant, counted.
//
// Uses in constructors of the class itself do not count: nobody else knows the
// object then.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_DATAUSES_H
#define RUNNEL_CHECKS_ANALYSIS_DATAUSES_H

#include "checks/analysis/Conditions.h"

#include "llvm/ADT/ArrayRef.h"

#include <set>

namespace runnel::analysis {

struct DataUse {
  enum Kind : uint8_t {
    Read,
    Write,     ///< Value, if it is constant
    Add,       ///< Value, if it is constant
    Modify,    ///< another update of an atomic: an exchange
    Push,      ///< at the end
    PushFront, ///< or somewhere in the middle
    Pop,       ///< from the front
    PopBack,
    TakeAll, ///< swapped or moved out
    Peek,    ///< an element is read and stays
    Put,     ///< an element is written
    Clear,
    Erase, ///< somewhere
    Iterate,
    Advance, ///< p = p->next
  };
  Kind How = Read;
  const ir::Function *In = nullptr;
  Point At; ///< not valid: the condition of a loop
  std::optional<int64_t> Value;
  bool removes() const { return How == Pop || How == TakeAll; }
};

class DataUses {
public:
  DataUses(const ir::Program &P, std::set<Entity> Of,
           const Arguments *Args = nullptr);
  llvm::ArrayRef<DataUse> of(const Entity &E) const;

private:
  void event(const ir::Function &F, Point At, const ir::Event &E);
  void add(const ir::Function &F, ir::PlaceId Pl, DataUse U);

  const ir::Program &P;
  const Arguments *Args;
  std::map<Entity, std::vector<DataUse>> Uses;
};

/// Functions that run as signal handlers: they can only set a flag.
std::set<const ir::Function *> signalHandlers(const ir::Program &P);

} // namespace runnel::analysis

#endif
