//===- ChannelUses.h - Who sends, receives and closes -----------*- C++ -*-===//
//
// For each channel that a function makes in a local variable: every operation
// on it, followed into lambdas, goroutines and functions that are given it. For
// each channel that is a member: every operation on the member in the program.
//
// What is not followed to its end escapes: other code may do anything with it,
// and a check that needs to know all uses is silent.
//
// Complexity: linear in the functions that a channel reaches.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_CHANNELUSES_H
#define RUNNEL_CHECKS_ANALYSIS_CHANNELUSES_H

#include "checks/analysis/Point.h"
#include "checks/ir/Program.h"

#include <optional>

namespace runnel::analysis {

struct ChannelUse {
  enum Kind : uint8_t { Send, Recv, Close };
  Kind What = Send;
  const ir::Function *F = nullptr;
  Point At;
  ir::PlaceId Place = ir::NoPlace; ///< the channel's name there
  int32_t Case = -1;               ///< of a select
  /// 0: the goroutine that made it; others by the spawn they are started by.
  /// Unknown (~0u): in a lambda that nobody is seen to run.
  uint32_t Goroutine = 0;
  bool Repeated = false; ///< its goroutine is started in a loop

  const ir::Event &event() const { return eventAt(*F, At); }
  bool inSelect() const { return Case >= 0; }
  /// Waits until it succeeds: no try, no time limit, no other case.
  bool waits() const;
};

struct ChannelLife {
  /// Of a local: the function and the event that makes it.
  const ir::Function *Maker = nullptr;
  const ir::Event *Made = nullptr;
  Point MadeAt;
  /// Of a member: the field and its class.
  const ir::Field *Field = nullptr;
  const ir::Record *Record = nullptr;

  ir::Name Id;
  ir::Range Where;                 ///< the variable's or the member's name
  std::optional<int64_t> Capacity; ///< if it is known
  bool Escapes = false;            ///< some uses may be missing
  bool Returned = false;           ///< of these: returned by its maker
  bool OtherUse = false;           ///< its size or the like is asked
  bool Signal = false;             ///< channel<void>
  std::vector<ChannelUse> Uses;    ///< in a fixed order

  bool any(ChannelUse::Kind What) const;
  const ChannelUse *first(ChannelUse::Kind What) const;
};

/// Channels in local variables, by function and place; then members, by symbol.
/// A member's channels count as escaping if the program is not whole and the
/// member is not private.
std::vector<ChannelLife> channelLives(const ir::Program &P);

} // namespace runnel::analysis

#endif
