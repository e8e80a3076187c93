// Who may end a wait: a conservative search for what goroutines know.
//
// A channel counts its ends but does not know who holds them, and a mutex belongs to nobody; to
// record that would cost every operation something. So a report looks for the object's address in
// what parked goroutines have: their stacks, from the saved stack pointer up, their closures, and,
// for what is captured by reference, pointers to such a place. As with a conservative garbage
// collector a word that is left over from an earlier call counts too, and a handle in an object on
// the heap is not seen.
//
// The goroutines that are looked at must not go on meanwhile.
#pragma once

#include "fiber/fiber.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace runnel::detail {

/// One thing that a parked party waits for.
struct awaited {
  const void* object;
  enum class kind : std::uint8_t { senders, receivers, end_of_goroutine, other } what;
};
/// What a wait is for; several in a select.
std::vector<awaited> awaited_by(const wait_note& note);

class holders {
public:
  /// First all that waits...
  void add(const wait_note& note);
  void add(fiber& f);
  /// ... then one search over all of it.
  void search();
  /// A line for each thing that is awaited: who could provide it.
  std::vector<std::string> lines(const wait_note& note, const fiber* self) const;

private:
  void note_holder(std::uintptr_t object, const fiber& f);
  template <class Visit> void for_each_word(const fiber& f, Visit visit) const;

  std::vector<fiber*> parked_;
  std::unordered_map<std::uintptr_t, std::vector<const fiber*>> of_; ///< by object
  /// Where on a goroutine's stack or in its closure an object was found: the object, and whose.
  std::unordered_map<std::uintptr_t, std::pair<std::uintptr_t, const fiber*>> places_;
};

} // namespace runnel::detail
