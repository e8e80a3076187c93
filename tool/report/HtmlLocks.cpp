//===- HtmlLocks.cpp - The lock web's part of the page --------------------===//
//
// The picture leads to the code by plain links (`#order-3`, `#lock-5`), so that
// it does so without a script too; the script adds panning and zooming.
//
//===----------------------------------------------------------------------===//

#include "tool/report/HtmlLocks.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::tool {

static std::string lockName(const LockPicture::Node &N) {
  return N.Owner.empty() ? N.Lock : N.Owner + "::" + N.Lock;
}

static std::string lockLink(const LockPicture &P, unsigned I) {
  return "<a href=\"#lock-" + std::to_string(I) + "\"><code>" +
         escapeHtml(lockName(P.Nodes[I])) + "</code></a>";
}

static std::string placeOf(const ir::Range &R) {
  return R.valid()
             ? R.Begin.File.str().str() + ":" + std::to_string(R.Begin.Line)
             : std::string();
}

// An <svg> stands in a page without its XML declaration, and in the page's
// type; a drawing of hundreds of locks is unreadable, so trouble alone is
// drawn then.
static void drawing(const LockPicture &P, llvm::raw_ostream &OS) {
  llvm::Expected<std::string> Svg = P.toSvg(/*Links=*/true);
  if (!Svg) {
    OS << "<p class=notice>There is no picture: "
       << escapeHtml(llvm::toString(Svg.takeError()))
       << ". The lists say the same.</p>\n";
    return;
  }
  llvm::StringRef Picture = *Svg;
  Picture = Picture.drop_front(std::min(Picture.find("<svg"), Picture.size()));
  OS << "<div class=picture id=picture tabindex=0 role=group aria-label=\"Lock "
        "graph. Arrow keys move it, plus and minus zoom, 0 fits it in. Tab "
        "goes through locks and orders.\">\n"
     << Picture
     << "<div class=tools role=toolbar aria-label=\"Picture\"><button "
        "type=button data-zoom=in aria-label=\"Zoom in\">+</button><button "
        "type=button data-zoom=out aria-label=\"Zoom "
        "out\">&minus;</button><button type=button "
        "data-zoom=fit>Fit</button></div></div>\n";
}

static void order(const LockPicture &P, unsigned I, HtmlCode &Code,
                  llvm::raw_ostream &OS) {
  const LockPicture::Arrow &A = P.Arrows[I];
  const std::string From = escapeHtml(lockName(P.Nodes[A.From])),
                    To = escapeHtml(lockName(P.Nodes[A.To]));
  OS << "<details class=\"order" << (A.OnCycle ? " cycle" : "")
     << "\" id=order-" << I << "><summary><code>" << From
     << "</code> <span aria-hidden=true>&rarr;</span><span class=unseen> is "
        "held, then locked: </span> <code>"
     << To << "</code>";
  if (A.OnCycle)
    OS << " <span class=\"tag bad\">in a circle</span>";
  OS << " <span class=count>" << A.Places << (A.More ? "+" : "")
     << (A.Places == 1 && !A.More ? " place" : " places")
     << "</span></summary>\n";
  for (const LockPicture::Witness &W : A.Kept) {
    OS << "<div class=witness><h4>In <code>" << escapeHtml(W.Function)
       << "</code></h4>\n<p class=step><span class=where>"
       << escapeHtml(placeOf(W.Held)) << "</span> locks <code>" << From
       << "</code></p>\n";
    Code.excerpt(W.Held, 1, OS);
    OS << "<p class=step><span class=where>" << escapeHtml(placeOf(W.Acquired))
       << "</span> and here, holding it, gets to <code>" << To
       << "</code></p>\n";
    Code.excerpt(W.Acquired, 1, OS);
    OS << "</div>\n";
  }
  OS << "<p class=to-lock>" << lockLink(P, A.From) << " &middot; "
     << lockLink(P, A.To) << "</p></details>\n";
}

static void lockRow(const LockPicture &P, unsigned I, llvm::raw_ostream &OS) {
  const LockPicture::Node &N = P.Nodes[I];
  auto Others = [&](auto Mine, auto Other) {
    std::string Out;
    for (unsigned K = 0; K < P.Arrows.size(); ++K)
      if (P.Arrows[K].*Mine == I)
        Out += (Out.empty() ? "" : ", ") + std::string("<a href=\"#order-") +
               std::to_string(K) + "\"" +
               (P.Arrows[K].OnCycle ? " class=cycle" : "") + ">" +
               escapeHtml(lockName(P.Nodes[P.Arrows[K].*Other])) + "</a>";
    return Out.empty() ? std::string("&ndash;") : Out;
  };
  OS << "<tr id=lock-" << I << " tabindex=-1><th scope=row><code>"
     << escapeHtml(lockName(N)) << "</code></th><td class=where>"
     << escapeHtml(N.Where) << "</td><td>"
     << Others(&LockPicture::Arrow::From, &LockPicture::Arrow::To)
     << "</td><td>"
     << Others(&LockPicture::Arrow::To, &LockPicture::Arrow::From)
     << "</td><td>";
  if (N.OnCycle)
    OS << "<span class=\"tag bad\">in a circle</span> ";
  if (N.Web >= 0)
    OS << "<span class=\"tag warn\">in web " << N.Web + 1 << "</span> ";
  if (N.Leaf)
    OS << "<span class=tag>leaf</span>";
  OS << "</td></tr>\n";
}

void writeLocksHtml(const LockPicture &P, HtmlCode &Code,
                    llvm::raw_ostream &OS) {
  if (P.Nodes.empty()) {
    OS << "<p>No lock is ever taken while another is held. There is no web to "
          "draw.</p>\n";
    return;
  }
  const size_t Circular = llvm::count_if(
      P.Arrows, [](const LockPicture::Arrow &A) { return A.OnCycle; });
  OS << "<p>An arrow from A to B: somewhere B is locked while A is held. Red "
        "is part of a circle, where threads can wait for each other for ever; "
        "a box is a web, whose orders a reader must keep in mind; grey locks "
        "are leaves, under which nothing else is locked.</p>\n"
     << "<p>" << P.Nodes.size() << " locks, " << P.Arrows.size()
     << (P.Arrows.size() == 1 ? " order" : " orders") << " between them, "
     << Circular << " of these in a circle.</p>\n<div class=lockview>\n";
  drawing(P, OS);
  OS << "<div class=orders><h3>Orders</h3>\n";
  // Trouble first.
  for (bool Cycle : {true, false})
    for (unsigned I = 0; I < P.Arrows.size(); ++I)
      if (P.Arrows[I].OnCycle == Cycle)
        order(P, I, Code, OS);
  OS << "</div></div>\n<h3>Locks of the web</h3>\n<div class=scroll tabindex=0 "
        "role=region aria-label=\"Locks of the web\"><table><thead><tr><th "
        "scope=col>lock</th><th scope=col>declared</th><th scope=col>held "
        "while locking</th><th scope=col>locked while holding</th><th "
        "scope=col>place in the web</th></tr></thead><tbody>\n";
  for (unsigned I = 0; I < P.Nodes.size(); ++I)
    lockRow(P, I, OS);
  OS << "</tbody></table></div>\n";
}

void writePageHead(llvm::StringRef Title, llvm::raw_ostream &OS) {
  OS << "<!doctype html>\n<html lang=en class=still>\n<head>\n<meta "
        "charset=utf-8>\n<meta name=viewport "
        "content=\"width=device-width,initial-scale=1\">\n<meta "
        "name=color-scheme content=\"light dark\">\n<meta name=generator "
        "content=\"runnel "
     << RUNNEL_VERSION << "\">\n<title>" << escapeHtml(Title)
     << "</title>\n<style>\n"
     << pageStyle() << "</style>\n</head>\n<body>\n";
}

void writePageFoot(llvm::raw_ostream &OS) {
  OS << "<script>\n" << pageScript() << "</script>\n</body>\n</html>\n";
}

void writeLocksPage(const LockPicture &P, llvm::StringRef Root,
                    llvm::raw_ostream &OS) {
  HtmlCode Code(Root);
  writePageHead("Runnel: the lock web", OS);
  OS << "<header class=top><h1>The lock web</h1><div class=buttons><button "
        "type=button id=theme hidden></button></div></header>\n<main><section "
        "id=locks><h2>Which lock is wanted while which is held</h2>\n";
  writeLocksHtml(P, Code, OS);
  OS << "</section></main>\n";
  writePageFoot(OS);
}

} // namespace runnel::tool
