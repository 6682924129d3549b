import Testing

/// What the rules take for code, and what not.
@Suite struct CodeMaskTests {
  @Test(arguments: [
    ("a // b {\nc", "a       \nc"),
    ("a /* { /* } */ { */ b", "a                   b"),
    ("a(\"{\")", "a(   )"),
    ("\"\\\"{\" }", "      }"),
    ("\"\\(a(\"}\", b))\" }", "   a(   , b))  }"),
    ("#\"\"\\(a)\"# }", "          }"),
    ("#\"\\#(a)\"# }", "     a)   }"),
    ("\"\"\"\n{ \" }\n\"\"\" }", "   \n     \n    }"),
    ("#/{\"/# }", "       }"),
    ("func `a {`()", "func _____()"),
    ("\"{\nb }", "  \nb }"),
    ("#if A", "#if A"),
    ("\"{", "  "),
    ("/* {", "    "),
    ("`a", "__"),
  ])
  func `comments and literals are blanked`(_ source: String, _ masked: String) {
    #expect(String(decoding: CodeMask.mask(Array(source.utf8)), as: UTF8.self) == masked)
  }

  @Test func `braces of every Swift file balance in what is left`() {
    for file in Checkout.current.files where file.isSwift {
      let opened = file.code.occurrences(of: [UInt8(ascii: "{")]).count
      let closed = file.code.occurrences(of: [UInt8(ascii: "}")]).count
      #expect(opened == closed, "\(file.path)")
      #expect(file.code.count == file.bytes.count, "\(file.path)")
    }
  }
}
