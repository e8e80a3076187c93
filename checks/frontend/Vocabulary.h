//===- Vocabulary.h - What is a lock, a guard, a blocking call ---*- C++
//-*-===//
//
// The libraries the checker knows, as data. vocabulary/*.yaml are embedded at
// build time and parsed at first use; a project adds its own in the same form
// (docs/design/vocabulary.md describes it). Types are found by their qualified
// name without inline namespaces and template arguments, functions likewise;
// what a member function does is looked up in the entry of the object's type.
// The name of a member or function alone never decides anything.
//
// Thread safety: parse() needs exclusive access; the rest is const.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FRONTEND_VOCABULARY_H
#define RUNNEL_CHECKS_FRONTEND_VOCABULARY_H

#include "checks/ir/Event.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace llvm::yaml {
class MappingNode;
}
namespace llvm {
class SourceMgr;
}

namespace runnel::frontend {

/// What a call does. The first word of `does:` in the YAML.
enum class Verb : uint8_t {
  None, ///< nothing known: an ordinary call
  Lock,
  Unlock,
  Owns, ///< asks whether a lock or guard is held
  GuardLock,
  GuardUnlock,
  GuardRelease,
  GuardMake, ///< returns a guard of its subject
  Swap,
  Wait,
  Notify,
  Block,
  Suspend,
  Spawn,
  Join,
  Joinable,
  Detach,
  CountAdd,
  CountDone,
  CountWait,
  Once,
  PromiseSet,
  MakeChannel,
  Send,
  Recv,
  Close,
  Select,
  Case,
  Index, ///< number of the case that won
  MakeContext,
  Cancel,
  MakeTimer,
  StopTimer,
  Identity, ///< yields its subject: move, forward, ref, get
  Now,      ///< calls what it is given before it returns, and keeps nothing
  Later,    ///< keeps what it is given
  Reader,   ///< leaves its object as it is, const or not
  Element,  ///< yields an element of its object, which it leaves as it is
  View,     ///< yields an iterator or view into its object
  Emplace,  ///< constructs what its object owns, in place
  Reset,    ///< destroys what its object owns
  Load,     ///< atomic
  Store,
  Modify,
  Offload,        ///< as Now, where what it is given may block
  Host,           ///< as Now, in a goroutine of its own
  ThreadMemory,   ///< returns memory that belongs to the thread, or to all
  ThreadIdentity, ///< asks or tells which thread this is
  DeepStack,      ///< needs much stack
  Handler,        ///< keeps what it is given for a signal or the exit
  Plain,          ///< ends a `like`: nothing after all
};

/// One meaning of one function.
struct Action {
  Verb What = Verb::None;
  uint32_t Flags = 0; ///< ir::EventFlag
  /// Index of an argument; Object: the object of the call; None: absent.
  static constexpr int8_t Object = -1, Absent = -2, Result = -3;
  int8_t Subject = Object;
  int8_t Other = Absent;
  int8_t Value = Absent;
  int8_t Callable = Absent;
  /// Lock, Owns, Join ...: what the call returns when it succeeded; empty:
  /// true, or nothing.
  std::optional<int64_t> Success;
  ir::SpawnKind Spawn = ir::SpawnKind::Thread;
  ir::SelectCase::Kind Case = ir::SelectCase::Unknown;
  /// Block: kind; MakeTimer: which; Suspend: by what.
  std::string Kind;
  /// Not so where argument UnlessArg is UnlessValue, or has its bits set.
  int8_t UnlessArg = Absent;
  int64_t UnlessValue = 0;
  bool UnlessBits = false;
};

/// One type, or family of types.
struct TypeEntry {
  ir::Role Is = ir::Role::Data;
  uint32_t Traits = 0;
  int8_t Element = -1; ///< template argument that is the element
  bool Starts = false; ///< a thread whose constructor starts it
  bool Defers = false; ///< a guard whose constructor does not lock
  /// Constructor tags: what they say of the guard (Adopt, Defer, Try).
  uint32_t Tag = 0;
  llvm::StringMap<std::vector<Action>> Methods;
};

class Vocabulary {
public:
  Vocabulary();
  /// The libraries embedded in this binary.
  static const Vocabulary &builtin();

  /// Adds what \p Text says; a name said before is replaced. An error tells
  /// file, line, column, and the nearest known word where one is misspelt.
  llvm::Error parse(llvm::StringRef Text, llvm::StringRef FileName);
  /// The same for a mapping inside a larger document (`vocabulary:` in
  /// .runnel.yaml), which \p Sources holds.
  llvm::Error parse(llvm::yaml::MappingNode &Node, llvm::SourceMgr &Sources);

  const TypeEntry *type(llvm::StringRef QualifiedName) const;
  const std::vector<Action> *function(llvm::StringRef QualifiedName) const;
  /// Whether a qualified name that ends so is known: spares the caller from
  /// making the qualified name.
  bool mayBeType(llvm::StringRef ShortName) const;
  bool mayBeFunction(llvm::StringRef ShortName) const;
  /// Names which, as words of a source file, make it matter to the checks.
  const llvm::StringSet<> &words() const { return Words; }

private:
  llvm::StringMap<std::shared_ptr<const TypeEntry>> Types;
  llvm::StringMap<std::vector<Action>> Functions;
  llvm::StringSet<> ShortTypes;
  llvm::StringSet<> ShortFunctions;
  llvm::StringSet<> Words;
};

} // namespace runnel::frontend

#endif
