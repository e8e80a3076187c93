//===- Places.h - Visiting the places a function mentions -------*- C++ -*-===//
//
// One list of the members that hold a PlaceId, in the order that numbers the
// places of a canonical module. Whoever renumbers, counts or verifies places
// goes through here, so that a new member is added once.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_PLACES_H
#define RUNNEL_CHECKS_IR_PLACES_H

#include "checks/ir/Function.h"

namespace runnel::ir {

/// Calls \p Visit(PlaceId &) for every mention in \p F that refers to F.Places,
/// NoPlace included. A lambda's Capture::Source refers to its parent's places
/// and is not among them. \p F is a Function, const or not.
template <typename FunctionT, typename VisitT>
void forEachPlace(FunctionT &F, VisitT &&Visit) {
  for (auto &C : F.Contracts)
    Visit(C.Lock);
  for (auto &B : F.Blocks) {
    for (auto &E : B.Events) {
      Visit(E.Subject);
      Visit(E.Other);
      for (auto &A : E.Args)
        Visit(A.Place);
      for (auto &C : E.Cases) {
        Visit(C.Channel);
        Visit(C.Value.Place);
        Visit(C.Handler.Place);
        Visit(C.Named);
      }
    }
    Visit(B.Cond.Subject);
    Visit(B.Cond.Against);
    for (auto &R : B.Cond.Reads)
      Visit(R);
    for (auto &R : B.Trips.Reads)
      Visit(R);
  }
}

} // namespace runnel::ir

#endif
