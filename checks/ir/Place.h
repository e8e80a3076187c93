//===- Place.h - Access paths -----------------------------------*- C++ -*-===//
//
// A place names a piece of memory from inside one function: a root and the
// steps taken from it. `this->store.mu`, `param 0 ->mu`, `local jobs`, `global
// cache_lock`, `*captured 1`. Pointers and references are followed silently:
// `a.mu` and `a->mu` are the same place, for no check ever means the pointer
// itself. The frontend substitutes references, and pointers assigned once, by
// what they stand for (`auto &s = this->store; s.mu` is `this.store.mu`).
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_PLACE_H
#define RUNNEL_CHECKS_IR_PLACE_H

#include "checks/ir/Type.h"

#include <string>
#include <vector>

namespace runnel::ir {

/// Index into Function::Places. NoPlace: the expression names no place.
using PlaceId = uint32_t;
inline constexpr PlaceId NoPlace = ~0u;

struct Step {
  enum Kind : uint8_t {
    Field, ///< .Symbol
    Index, ///< [...], with an index that is not known, or an element by any way
    Call,  ///< .Symbol(): an accessor; equal calls are taken to yield equal
           ///< places
  };
  Kind How = Field;
  Name Symbol; ///< of the field or function
  Name Id; ///< its short name; for Index, the text of the index if it is simple
  friend bool operator==(const Step &, const Step &) = default;
};

struct Place {
  enum Kind : uint8_t {
    This,
    Param,   ///< Index: into Function::Params
    Local,   ///< Index: into Function::Locals
    Global,  ///< Symbol
    Capture, ///< Index: into Function::Captures
    Result,  ///< what the call at event number Index (program order of the
             ///< function's events) returned: an object not otherwise named
    Unknown, ///< Index tells unknowns of one function apart
  };
  Kind Root = Unknown;
  uint32_t Index = 0;
  Name Symbol;
  Name Id; ///< of a global: its qualified name, for messages
  std::vector<Step> Path;
  TypeRef Type; ///< of the object at the place

  /// Same memory for sure, as far as this function can tell.
  bool sameAs(const Place &Other) const {
    return Root == Other.Root && Index == Other.Index &&
           Symbol == Other.Symbol && Path == Other.Path;
  }
  /// Starts where \p Other does: the same root, whatever the path.
  bool sameRoot(const Place &Other) const {
    return Root == Other.Root && Index == Other.Index && Symbol == Other.Symbol;
  }
  /// \p Other is this place or something inside it.
  bool contains(const Place &Other) const;
  friend bool operator==(const Place &, const Place &) = default;
};

} // namespace runnel::ir

#endif
