//===- Baseline.cpp - Findings a project has decided to live with ---------===//

#include "tool/report/Baseline.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

namespace runnel::tool {

namespace json = llvm::json;

llvm::Expected<Baseline> Baseline::parse(llvm::StringRef Text,
                                         llvm::StringRef FileName) {
  Baseline Result;
  llvm::Expected<json::Value> V = json::parse(Text);
  if (!V)
    return llvm::createStringError(
        FileName + ": not valid JSON: " + llvm::toString(V.takeError()));
  const json::Object *O = V->getAsObject();
  const json::Array *List = O ? O->getArray("findings") : nullptr;
  if (!List || O->getInteger("version").value_or(0) != 1)
    return llvm::createStringError(
        FileName +
        ": no baseline of this version (`runnel baseline` makes one)");
  size_t Number = 0;
  for (const json::Value &Item : *List) {
    ++Number;
    const json::Object *F = Item.getAsObject();
    auto Field = [&](const char *Name) -> std::optional<llvm::StringRef> {
      return F ? F->getString(Name) : std::nullopt;
    };
    auto Check = Field("check"), Message = Field("message");
    if (!Check || !Message)
      return llvm::createStringError(FileName + ": entry " +
                                     llvm::Twine(Number) +
                                     ": no \"check\" or no \"message\"");
    Entry &E = Result.Entries[{Check->str(), Field("symbol").value_or("").str(),
                               Message->str()}];
    E.File = Field("file").value_or("").str();
    int64_t Count = F->getInteger("count").value_or(1);
    if (Count < 1 || Count > 1'000'000)
      return llvm::createStringError(FileName + ": entry " +
                                     llvm::Twine(Number) + ": \"count\" is " +
                                     llvm::Twine(Count));
    E.Count += uint32_t(Count);
  }
  // The parser keeps no places. Each entry of a file that we wrote begins with
  // its check; one edited otherwise gets the first line.
  llvm::StringRef Rest = Text;
  uint32_t Line = 1;
  std::vector<uint32_t> Lines;
  while (!Rest.empty()) {
    auto [First, Tail] = Rest.split('\n');
    if (First.contains("\"check\""))
      Lines.push_back(Line);
    ++Line;
    Rest = Tail;
  }
  if (Lines.size() == List->size()) {
    Number = 0;
    for (const json::Value &Item : *List) {
      const json::Object *F = Item.getAsObject();
      Result
          .Entries[{F->getString("check")->str(),
                    F->getString("symbol").value_or("").str(),
                    F->getString("message")->str()}]
          .Line = Lines[Number++];
    }
  }
  return Result;
}

llvm::Expected<Baseline> Baseline::read(llvm::StringRef Path) {
  auto Buffer = llvm::MemoryBuffer::getFile(Path);
  if (!Buffer)
    return llvm::createStringError(Path + ": " + Buffer.getError().message());
  return parse((*Buffer)->getBuffer(), Path);
}

static Baseline::Key keyOf(const Finding &F) {
  return {F.Check, json::fixUTF8(F.Symbol), json::fixUTF8(F.Message)};
}

Baseline Baseline::of(const Report &R) {
  Baseline Result;
  for (const ReportedFinding &F : R.Findings) {
    // What the file itself is reproached with cannot enter it.
    if (F.By == Silenced::InSource || F.What.Check == "runnel-stale-baseline")
      continue;
    Entry &E = Result.Entries[keyOf(F.What)];
    if (E.Count++ == 0)
      E.File = F.What.Where.Begin.File.str().str();
  }
  return Result;
}

void Baseline::write(llvm::raw_ostream &OS) const {
  json::OStream J(OS, 1);
  J.object([&] {
    J.attribute("version", 1);
    J.attributeArray("findings", [&] {
      for (const auto &[K, E] : Entries)
        J.object([&] {
          J.attribute("check", std::get<0>(K));
          J.attribute("symbol", json::fixUTF8(std::get<1>(K)));
          J.attribute("message", std::get<2>(K));
          J.attribute("file", json::fixUTF8(E.File));
          if (E.Count > 1)
            J.attribute("count", int64_t(E.Count));
        });
    });
  });
  OS << '\n';
}

std::map<Baseline::Key, uint32_t>
Baseline::mark(std::vector<ReportedFinding> &Findings) const {
  std::map<Key, uint32_t> Left;
  for (const auto &[K, E] : Entries)
    Left[K] = E.Count;
  for (ReportedFinding &F : Findings) {
    if (F.By != Silenced::No)
      continue;
    auto It = Left.find(keyOf(F.What));
    if (It == Left.end() || It->second == 0)
      continue;
    --It->second;
    F.By = Silenced::Baseline;
  }
  return Left;
}

void Baseline::apply(Report &R, llvm::StringRef FileName,
                     bool JudgeStale) const {
  const std::map<Key, uint32_t> Left = mark(R.Findings);
  if (!JudgeStale)
    return;
  for (const auto &[K, Count] : Left) {
    if (Count == 0 || !llvm::is_contained(R.Checks, std::get<0>(K)))
      continue;
    const Entry &E = Entries.at(K);
    ReportedFinding F;
    F.What.Check = "runnel-stale-baseline";
    F.What.Where.Begin.File = ir::Name(FileName);
    F.What.Where.Begin.Line = std::max(1u, E.Line);
    F.What.Where.Begin.Column = 1;
    F.What.Symbol = std::get<1>(K);
    F.What.Message =
        (Count == E.Count
             ? std::string("fixed, but still in the baseline: ")
             : std::to_string(Count) + " of " + std::to_string(E.Count) +
                   " fixed, but still in the baseline: ") +
        std::get<2>(K) + " (" + std::get<0>(K) + ")";
    F.What.Notes.push_back(
        {{}, "`runnel baseline` takes out what is fixed, and adds nothing"});
    R.Findings.push_back(std::move(F));
  }
  llvm::sort(R.Findings,
             [](const ReportedFinding &A, const ReportedFinding &B) {
               return A.What < B.What;
             });
  addFingerprints(R);
}

uint32_t Baseline::addedBy(const Baseline &New) const {
  uint32_t Added = 0;
  for (const auto &[K, E] : New.Entries) {
    auto It = Entries.find(K);
    const uint32_t Had = It == Entries.end() ? 0 : It->second.Count;
    if (E.Count > Had)
      Added += E.Count - Had;
  }
  return Added;
}

void Baseline::shrinkTo(const Baseline &Now) {
  for (auto It = Entries.begin(); It != Entries.end();) {
    auto Current = Now.Entries.find(It->first);
    const uint32_t Have =
        Current == Now.Entries.end() ? 0 : Current->second.Count;
    It->second.Count = std::min(It->second.Count, Have);
    if (It->second.Count == 0) {
      It = Entries.erase(It);
      continue;
    }
    It->second.File = Current->second.File;
    ++It;
  }
}

} // namespace runnel::tool
