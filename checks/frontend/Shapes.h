//===- Shapes.h - Locks and guards nobody listed ----------------*- C++ -*-===//
//
// A class is a lock by shape when locking and unlocking is all it offers and
// there is something inside to lock with; a guard by shape when it keeps a
// reference to a lock (or a guard) that its constructor takes and its
// destructor lets go. A name alone is never enough: a door has lock() too.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FRONTEND_SHAPES_H
#define RUNNEL_CHECKS_FRONTEND_SHAPES_H

#include "checks/frontend/Types.h"

namespace runnel::frontend {

/// `capability`, `scoped_lockable` and their older spellings.
bool classifyByAttribute(Types &T, const clang::CXXRecordDecl *R,
                         RecordInfo &Info);
/// A lock, guard, condition variable or synchronized value written by a user.
bool classifyByShape(Types &T, const clang::CXXRecordDecl *R, RecordInfo &Info);

/// Whether all that the class offers in public is a lock's or guard's work.
bool onlyLocks(const clang::CXXRecordDecl *R);

/// What the method of a lock or guard by shape does.
std::optional<Action> shapedMeaning(Types &T, const clang::CXXMethodDecl *M,
                                    const RecordInfo &Info);
/// What acquire_capability and its like, on the function, say it does to its
/// own object.
std::optional<Action> attributeMeaning(Types &T, const clang::FunctionDecl *F);

/// What a method's name would mean if its class were a lock (or guard).
enum class LockWord : uint8_t {
  None,
  Lock,
  Unlock,
  TryLock,
  TimedLock,
  LockShared,
  UnlockShared,
  TryLockShared,
  TimedLockShared,
  Owns,
  Neutral, ///< assert_held, native_handle: says nothing, spoils nothing
};
LockWord lockWord(llvm::StringRef Name);
/// A lock's method that checks that its caller holds the lock.
bool assertsHeld(const clang::FunctionDecl *F);

/// Where the constructor of a guard by shape gets its lock from: the parameter,
/// and the fields to follow from there.
struct LockSource {
  unsigned Param = 0;
  llvm::SmallVector<const clang::FieldDecl *, 2> Path;
};
std::optional<LockSource> lockSource(Types &T,
                                     const clang::CXXConstructorDecl *C,
                                     const RecordInfo &Info);

} // namespace runnel::frontend

#endif
