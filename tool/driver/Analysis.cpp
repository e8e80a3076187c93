//===- Analysis.cpp - The bytes of an Analysis ----------------------------===//

#include "tool/driver/Analysis.h"

#include <algorithm>

namespace runnel::tool {

namespace {
struct Writer : ByteWriter {
  void range(const ir::Range &R) {
    text(R.Begin.File);
    u32(R.Begin.Offset);
    u32(R.Begin.Line);
    u32(R.Begin.Column);
    u32(R.Length);
    u8(R.InMacro);
  }
  void finding(const Finding &F) {
    text(F.Check);
    u8(static_cast<uint8_t>(F.How));
    range(F.Where);
    text(F.Message);
    list(F.Notes, [&](const Note &N) {
      range(N.Where);
      text(N.Message);
    });
    list(F.Fixes, [&](const Fix &X) {
      text(X.Description);
      list(X.Edits, [&](const Edit &E) {
        range(E.Where);
        text(E.Text);
      });
    });
    text(F.Symbol);
  }
  void picture(const LockPicture &P) {
    list(P.Nodes, [&](const LockPicture::Node &N) {
      text(N.Owner);
      text(N.Lock);
      text(N.Where);
      range(N.At);
      u8(N.OnCycle);
      u8(N.Leaf);
      u32(static_cast<uint32_t>(N.Web));
    });
    list(P.Arrows, [&](const LockPicture::Arrow &A) {
      u32(A.From);
      u32(A.To);
      u8(A.OnCycle);
      u32(A.Places);
      u8(A.More);
      text(A.Example);
      list(A.Kept, [&](const LockPicture::Witness &W) {
        text(W.Function);
        range(W.Held);
        range(W.Acquired);
      });
    });
    list(P.Webs, [&](const LockPicture::Web &W) {
      u32(W.Score);
      u8(W.Cycle);
    });
  }
  void census(const Census &C) {
    list(C.Mutexes, [&](const Census::Mutex &M) {
      text(M.Name);
      text(M.Type);
      range(M.Where);
      u8(M.Says);
      text(M.Why);
      texts(M.Guards);
      u32(M.Sections);
      text(M.Check);
    });
  }
};

struct Reader : ByteReader {
  using ByteReader::ByteReader;
  ir::Range range() {
    ir::Range R;
    R.Begin.File = ir::Name(text());
    R.Begin.Offset = u32();
    R.Begin.Line = u32();
    R.Begin.Column = u32();
    R.Length = u32();
    R.InMacro = u8() != 0;
    return R;
  }
  Finding finding() {
    Finding F;
    F.Check = text().str();
    F.How = u8() ? Severity::Error : Severity::Warning;
    F.Where = range();
    F.Message = text().str();
    list([&] {
      Note N;
      N.Where = range();
      N.Message = text().str();
      F.Notes.push_back(std::move(N));
    });
    list([&] {
      Fix X;
      X.Description = text().str();
      list([&] {
        Edit E;
        E.Where = range();
        E.Text = text().str();
        X.Edits.push_back(std::move(E));
      });
      F.Fixes.push_back(std::move(X));
    });
    F.Symbol = text().str();
    return F;
  }
  LockPicture picture() {
    LockPicture P;
    list([&] {
      LockPicture::Node N;
      N.Owner = text().str();
      N.Lock = text().str();
      N.Where = text().str();
      N.At = range();
      N.OnCycle = u8() != 0;
      N.Leaf = u8() != 0;
      N.Web = static_cast<int>(u32());
      P.Nodes.push_back(std::move(N));
    });
    list([&] {
      LockPicture::Arrow A;
      A.From = u32();
      A.To = u32();
      A.OnCycle = u8() != 0;
      A.Places = u32();
      A.More = u8() != 0;
      A.Example = text().str();
      list([&] {
        LockPicture::Witness W;
        W.Function = text().str();
        W.Held = range();
        W.Acquired = range();
        A.Kept.push_back(std::move(W));
      });
      P.Arrows.push_back(std::move(A));
    });
    list([&] {
      LockPicture::Web W;
      W.Score = u32();
      W.Cycle = u8() != 0;
      P.Webs.push_back(W);
    });
    return P;
  }
  Census census() {
    Census C;
    list([&] {
      Census::Mutex M;
      M.Name = text().str();
      M.Type = text().str();
      M.Where = range();
      M.Says = static_cast<Census::Verdict>(
          std::min<uint8_t>(u8(), Census::Replace));
      M.Why = text().str();
      M.Guards = texts();
      M.Sections = u32();
      M.Check = text().str();
      C.Mutexes.push_back(std::move(M));
    });
    return C;
  }
};
} // namespace

std::string encode(const Analysis &A, const std::vector<Dependency> &D) {
  Writer W;
  // First, so that they can be judged before the rest is read.
  W.list(D, [&](const Dependency &X) { write(W, X); });
  W.list(A.Checks, [&](const std::string &S) { W.text(S); });
  W.list(A.Findings, [&](const Finding &F) { W.finding(F); });
  W.list(A.ForIndex, [&](const IndexedFinding &X) {
    W.finding(X.What);
    W.u8(X.NeedsProgram);
  });
  W.list(A.Suppressions, [&](const ir::Suppression &S) {
    W.u8(S.How);
    W.range(S.Comment);
    W.u32(S.FirstLine);
    W.u32(S.LastLine);
    W.list(S.Globs, [&](ir::Name N) { W.text(N); });
    W.text(S.Reason);
  });
  W.list(A.Problems, [&](const Problem &P) {
    W.text(P.File);
    W.text(P.Message);
    W.texts(P.Details);
  });
  W.list(A.MainFiles, [&](ir::Name N) { W.text(N); });
  W.list(A.Folders, [&](const std::string &S) { W.text(S); });
  W.u32(A.Parsed);
  W.u32(A.Skipped);
  W.u32(A.Functions);
  W.u8(A.Locks.has_value());
  if (A.Locks) {
    W.picture(*A.Locks);
    W.census(A.Mutexes);
  }
  return std::move(W.Bytes);
}

bool decode(llvm::StringRef Bytes, Analysis &A, std::vector<Dependency> &D) {
  Reader R(Bytes);
  R.list([&] { D.push_back(readDependency(R)); });
  R.list([&] { A.Checks.insert(R.text().str()); });
  R.list([&] { A.Findings.push_back(R.finding()); });
  R.list([&] {
    IndexedFinding X;
    X.What = R.finding();
    X.NeedsProgram = R.u8() != 0;
    A.ForIndex.push_back(std::move(X));
  });
  R.list([&] {
    ir::Suppression S;
    S.How = static_cast<ir::Suppression::Kind>(R.u8() % 4);
    S.Comment = R.range();
    S.FirstLine = R.u32();
    S.LastLine = R.u32();
    R.list([&] { S.Globs.push_back(ir::Name(R.text())); });
    S.Reason = ir::Name(R.text());
    A.Suppressions.push_back(std::move(S));
  });
  R.list([&] {
    Problem P;
    P.File = R.text().str();
    P.Message = R.text().str();
    P.Details = R.texts();
    A.Problems.push_back(std::move(P));
  });
  R.list([&] { A.MainFiles.push_back(ir::Name(R.text())); });
  R.list([&] { A.Folders.insert(R.text().str()); });
  A.Parsed = R.u32();
  A.Skipped = R.u32();
  A.Functions = R.u32();
  if (R.u8()) {
    A.Locks = R.picture();
    A.Mutexes = R.census();
  }
  return R.complete();
}

} // namespace runnel::tool
