//===- ProtocolStory.h - Telling a deadlock in the program's words -*- C++
//-*-===//
//
// Chooses, of the goroutines that wait for ever, the one whose fault it is, and
// says who waits for what, why nobody comes, and how it came to that.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_PROTOCOLSTORY_H
#define RUNNEL_CHECKS_ANALYSIS_PROTOCOLSTORY_H

#include "checks/analysis/ProtocolExplore.h"

#include <string>

namespace runnel::analysis::protocol {

class Story {
public:
  explicit Story(const Blocked &B);

  /// The party that a finding is about: one that waits for something nobody
  /// else waiting holds up.
  const Party &cause() const { return B.Parties[Cause]; }
  int32_t causeNumber() const { return Cause; }
  /// All of them wait for mutexes alone: a matter of lock order.
  bool onlyMutexes() const;

  /// A lock that whoever held it has kept for ever: it ended, or returned from
  /// the function that locked it.
  bool unseenByTheWeb() const;

  /// Where everything that is waited for was made, if a mutex is among it.
  std::vector<ir::Range> knot() const;

  /// "'worker'", "the goroutine started at line 12", "'main'".
  std::string who(int32_t Number) const;
  /// "to send on 'results'"
  std::string waitsTo(int32_t Number) const;
  /// ": 'ask', its only other user, has left at line 41": empty if that takes
  /// more than a clause to say.
  std::string inShort() const;
  /// Who could have ended the wait, and what became of them; with the place.
  std::vector<std::pair<ir::Range, std::string>> whyNobody() const;
  std::vector<std::pair<ir::Range, std::string>> schedule() const;
  std::string advice() const;

private:
  /// In quotes; with its class, if another object here has the same name.
  std::string name(const Meeting &M) const;
  /// "'mu_' and 'log_'", what \p P has locked.
  std::string locked(const Party &P) const;
  /// Who has locked a mutex: the writer, or else the first of the readers.
  int32_t holder(const Meeting &M) const;
  /// Who waits for a lock that party \p Number holds; -1: nobody.
  int32_t kept(int32_t Number) const;
  /// What the lock event locks: "'mu_'", through whatever guard.
  static std::string subject(const Move &M);
  /// The lock is still held in the end, by whoever took it by this move.
  bool isKept(const Move &M) const;
  /// What somebody who ended the wait would be: "receiver"; empty: no word.
  const char *counterpart() const;
  /// Parties that have used what the cause waits for, but itself.
  std::vector<int32_t> others() const;
  const Blocked &B;
  int32_t Cause = 0;
};

} // namespace runnel::analysis::protocol

#endif
