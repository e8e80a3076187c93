//===- LockPictureText.cpp - The lock graph as DOT, Mermaid and SVG
//--------===//

#include "tool/report/LockPicture.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

namespace runnel::tool {

static std::string quoted(llvm::StringRef Text) {
  std::string Out = "\"";
  for (char C : Text) {
    if (C == '"' || C == '\\')
      Out += '\\';
    Out += C;
  }
  return Out + "\"";
}

static std::string count(const LockPicture::Arrow &A) {
  if (A.Places < 2 && !A.More)
    return "";
  return std::to_string(A.Places) + (A.More ? "+ places" : " places");
}

static std::string title(const LockPicture::Web &W) {
  return "lock web: " + std::to_string(W.Score) + " orders to respect" +
         (W.Cycle ? ", in a circle" : "");
}

// A page colours by class; a program that shows the bare picture, by the
// colours written into it.
static void dotNode(const LockPicture &P, unsigned I, bool Links,
                    llvm::StringRef Indent, llvm::raw_ostream &OS) {
  const LockPicture::Node &N = P.Nodes[I];
  // The record shape's escapes are graphviz's own.
  std::string Label = quoted(N.Owner.empty() ? N.Lock : N.Owner);
  if (!N.Owner.empty())
    Label.insert(Label.size() - 1, "\\n" + N.Lock);
  OS << Indent << "n" << I << " [label=" << Label
     << ", tooltip=" << quoted(N.Where);
  if (Links)
    OS << ", URL=\"#lock-" << I << "\", id=\"drawn-lock-" << I << "\", class=\""
       << (N.OnCycle ? "lock cycle"
           : N.Leaf  ? "lock leaf"
                     : "lock")
       << '"';
  if (N.OnCycle)
    OS << ", color=\"#c0392b\", penwidth=2, fillcolor=\"#fdecea\"";
  else if (N.Leaf)
    OS << ", color=\"#95a5a6\", fontcolor=\"#5f6b6d\"";
  OS << "];\n";
}

void LockPicture::writeDot(llvm::raw_ostream &OS, bool Links) const {
  OS << "digraph locks {\n"
        "  rankdir=LR;\n"
        "  fontname=\"Helvetica\";\n"
        "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", "
        "fontname=\"Helvetica\", fontsize=11];\n"
        "  edge [fontname=\"Helvetica\", fontsize=9, color=\"#34495e\", "
        "fontcolor=\"#5f6b6d\"];\n";
  for (unsigned W = 0; W < Webs.size(); ++W) {
    OS << "  subgraph cluster_" << W
       << " {\n    label=" << quoted(title(Webs[W]))
       << ";\n    style=\"rounded,filled\"; fillcolor=\"#fff8e1\"; "
          "color=\"#e0a800\"; fontsize=12;\n";
    for (unsigned I = 0; I < Nodes.size(); ++I)
      if (Nodes[I].Web == static_cast<int>(W))
        dotNode(*this, I, Links, "    ", OS);
    OS << "  }\n";
  }
  for (unsigned I = 0; I < Nodes.size(); ++I)
    if (Nodes[I].Web < 0)
      dotNode(*this, I, Links, "  ", OS);
  for (unsigned I = 0; I < Arrows.size(); ++I) {
    const Arrow &A = Arrows[I];
    OS << "  n" << A.From << " -> n" << A.To
       << " [edgetooltip=" << quoted(A.Example)
       << ", labeltooltip=" << quoted(A.Example);
    if (std::string C = count(A); !C.empty())
      OS << ", label=" << quoted(C);
    if (A.OnCycle)
      OS << ", color=\"#c0392b\", penwidth=2.5";
    if (Links)
      OS << ", URL=\"#order-" << I << "\", id=\"drawn-order-" << I
         << "\", class=\"" << (A.OnCycle ? "order cycle" : "order") << '"';
    OS << "];\n";
  }
  OS << "}\n";
}

/// Mermaid's own escapes.
static std::string mermaid(llvm::StringRef Text) {
  std::string Out;
  for (char C : Text)
    Out += C == '"' ? std::string("#quot;") : std::string(1, C);
  return Out;
}

void LockPicture::writeMermaid(llvm::raw_ostream &OS) const {
  OS << "flowchart LR\n";
  auto Draw = [&](unsigned I, llvm::StringRef Indent) {
    const Node &N = Nodes[I];
    OS << Indent << "n" << I << "[\""
       << mermaid(N.Owner.empty() ? N.Lock : N.Owner + "<br/>" + N.Lock)
       << "\"]";
    if (N.OnCycle)
      OS << ":::cycle";
    else if (N.Leaf)
      OS << ":::leaf";
    OS << '\n';
  };
  for (unsigned W = 0; W < Webs.size(); ++W) {
    OS << "  subgraph web" << W << "[\"" << mermaid(title(Webs[W])) << "\"]\n";
    for (unsigned I = 0; I < Nodes.size(); ++I)
      if (Nodes[I].Web == static_cast<int>(W))
        Draw(I, "    ");
    OS << "  end\n";
  }
  for (unsigned I = 0; I < Nodes.size(); ++I)
    if (Nodes[I].Web < 0)
      Draw(I, "  ");
  std::string Red;
  for (unsigned I = 0; I < Arrows.size(); ++I) {
    const Arrow &A = Arrows[I];
    OS << "  n" << A.From << (A.OnCycle ? " ==>" : " -->");
    if (std::string C = count(A); !C.empty())
      OS << "|" << C << "|";
    OS << " n" << A.To << '\n';
    if (A.OnCycle)
      Red += (Red.empty() ? "" : ",") + std::to_string(I);
  }
  if (!Red.empty())
    OS << "  linkStyle " << Red << " stroke:#c0392b,stroke-width:3px\n";
  OS << "  classDef cycle stroke:#c0392b,stroke-width:2px,fill:#fdecea\n"
        "  classDef leaf stroke:#95a5a6,color:#5f6b6d\n";
}

// A graph that takes longer is one nobody can read.
static constexpr unsigned DotSeconds = 60;

llvm::Expected<std::string> LockPicture::toSvg(bool Links) const {
  llvm::ErrorOr<std::string> Dot = llvm::sys::findProgramByName("dot");
  if (!Dot)
    return llvm::createStringError(
        "graphviz's 'dot' is not installed (on Debian: apt-get install "
        "graphviz); --format=dot and --format=mermaid do without it");
  llvm::SmallString<128> In, Out, Err;
  for (auto [Path, Suffix] :
       {std::pair(&In, "dot"), {&Out, "svg"}, {&Err, "txt"}})
    if (std::error_code EC =
            llvm::sys::fs::createTemporaryFile("runnel-graph", Suffix, *Path))
      return llvm::createStringError("cannot make a temporary file: " +
                                     EC.message());
  llvm::FileRemover RemoveIn(In), RemoveOut(Out), RemoveErr(Err);
  {
    std::error_code EC;
    llvm::raw_fd_ostream OS(In, EC);
    if (EC)
      return llvm::createStringError(In + ": " + EC.message());
    writeDot(OS, Links);
  }
  std::string Why;
  const std::optional<llvm::StringRef> Redirects[] = {
      llvm::StringRef(), llvm::StringRef(Out), llvm::StringRef(Err)};
  const int Status = llvm::sys::ExecuteAndWait(
      *Dot, {*Dot, "-Tsvg", In}, std::nullopt, Redirects, DotSeconds, 0, &Why);
  auto Read = [](llvm::StringRef Path) {
    auto Buffer = llvm::MemoryBuffer::getFile(Path);
    return Buffer ? (*Buffer)->getBuffer().str() : std::string();
  };
  if (Status != 0)
    return llvm::createStringError("'dot' failed: " + Why + Read(Err));
  return Read(Out);
}

} // namespace runnel::tool
