//===- Habits.cpp - One finding for what many places do alike -------------===//

#include "checks/Habits.h"

#include "llvm/ADT/STLExtras.h"

#include <map>
#include <set>

namespace runnel {

static constexpr size_t MinAlike = 3;
static constexpr size_t MaxNotes = 5;

static size_t filesOf(const std::vector<Alike *> &Group) {
  std::set<ir::Name> Files; // asked for its size alone
  for (const Alike *A : Group)
    Files.insert(A->What.Where.Begin.File);
  return Files.size();
}

std::vector<Finding> foldAlike(std::vector<Alike> All, size_t MinFiles) {
  std::vector<Finding> Out;
  std::map<std::string, std::vector<Alike *>> ByKey;
  for (Alike &A : All)
    if (!A.What.Fixes.empty())
      Out.push_back(std::move(A.What));
    else
      ByKey[A.Key].push_back(&A);
  for (auto &[Key, Group] : ByKey) {
    if (Group.size() < MinAlike || filesOf(Group) < MinFiles) {
      for (Alike *A : Group)
        Out.push_back(std::move(A->What));
      continue;
    }
    // Both are elements of All: of equal findings, the first stays first.
    llvm::sort(Group, [](const Alike *A, const Alike *B) {
      return A->What < B->What || (!(B->What < A->What) && A < B);
    });
    Finding Told = std::move(Group.front()->What);
    std::vector<Note> Others;
    for (Alike *A : llvm::drop_begin(Group)) {
      if (Others.size() == MaxNotes)
        break;
      Others.push_back({A->What.Where, std::move(A->Note)});
    }
    if (const size_t More = Group.size() - 1 - Others.size())
      Others.back().Message += ", and so do " + std::to_string(More) + " more";
    Told.Notes.insert(Told.Notes.empty() ? Told.Notes.end()
                                         : std::prev(Told.Notes.end()),
                      Others.begin(), Others.end());
    Out.push_back(std::move(Told));
  }
  return Out;
}

} // namespace runnel
