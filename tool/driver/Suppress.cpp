//===- Suppress.cpp - NOLINT and RUNNEL_ALLOW -----------------------------===//

#include "tool/driver/Suppress.h"

#include "tool/config/Globs.h"
#include "tool/config/Nearest.h"

#include "checks/Check.h"

#include "llvm/ADT/STLExtras.h"

#include <unordered_map>

namespace runnel::tool {

static std::vector<GlobItem> globsOf(const ir::Suppression &S) {
  std::vector<GlobItem> Items;
  for (ir::Name G : S.Globs)
    for (GlobItem &Item : parseGlobs(G.str()))
      Items.push_back(std::move(Item));
  return Items;
}

static bool covers(const ir::Suppression &S, const std::vector<GlobItem> &Items,
                   llvm::StringRef Check) {
  if (S.Globs.empty())
    return true;
  return globsContain(Items, Check) ||
         globsContain(Items, Check.substr(llvm::StringRef("runnel-").size()));
}

// RUNNEL_ALLOW is ours alone; a comment is if it names one of our checks.
static bool isOurs(const ir::Suppression &S,
                   const std::vector<GlobItem> &Items) {
  return S.How == ir::Suppression::Allow || speaksOfRunnel(Items);
}

// "" if the suppression has its use or is not ours to judge.
static std::string
complaint(const ir::Suppression &S, const std::vector<GlobItem> &Items,
          const std::function<bool(llvm::StringRef, ir::Name)> &Enabled) {
  bool Any = false;
  for (const CheckInfo &C : allChecks()) {
    if (!covers(S, Items, C.Name))
      continue;
    Any = true;
    // A check that did not run may have had something to say.
    if (!Enabled(C.Name, S.Comment.Begin.File))
      return "";
  }
  std::string Named;
  for (const GlobItem &G : Items)
    Named += (Named.empty() ? "" : ", ") + std::string(G.Negative ? "-" : "") +
             G.Pattern;
  if (!Any) {
    std::vector<llvm::StringRef> Names;
    for (const CheckInfo &C : allChecks())
      Names.push_back(C.Name);
    return "no check is named '" + Named + "'" + didYouMean(Named, Names);
  }
  return "this suppression of " + (Named.empty() ? "all checks" : Named) +
         " suppresses nothing";
}

void applySuppressions(
    std::vector<ReportedFinding> &Findings,
    const std::vector<ir::Suppression> &All, bool ReportUnused,
    const std::function<bool(llvm::StringRef, ir::Name)> &Enabled) {
  struct Entry {
    const ir::Suppression *What;
    std::vector<GlobItem> Items;
    bool Used = false;
  };
  std::unordered_map<ir::Name, std::vector<Entry>> ByFile;
  for (const ir::Suppression &S : All)
    ByFile[S.Comment.Begin.File].push_back({&S, globsOf(S)});
  for (ReportedFinding &F : Findings) {
    auto It = ByFile.find(F.What.Where.Begin.File);
    if (It == ByFile.end())
      continue;
    for (Entry &E : It->second) {
      const uint32_t Line = F.What.Where.Begin.Line;
      if (Line < E.What->FirstLine || Line > E.What->LastLine ||
          !covers(*E.What, E.Items, F.What.Check))
        continue;
      E.Used = true;
      F.By = Silenced::InSource;
      if (F.Reason.empty())
        F.Reason = E.What->Reason.str().str();
    }
  }
  if (!ReportUnused)
    return;
  for (const ir::Suppression &S : All)
    for (const Entry &E : ByFile[S.Comment.Begin.File]) {
      if (E.What != &S || E.Used || !isOurs(S, E.Items))
        continue;
      ReportedFinding F;
      F.What.Message = complaint(S, E.Items, Enabled);
      if (F.What.Message.empty())
        continue;
      F.What.Check = "runnel-unused-suppression";
      F.What.Where = S.Comment;
      F.What.Notes.push_back(
          {S.Comment, "remove it, or the next finding here goes unseen"});
      Findings.push_back(std::move(F));
    }
}

} // namespace runnel::tool
