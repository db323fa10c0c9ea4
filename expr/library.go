package expr

import "sync"

// library fills in the attributes of the built-in types and the built-in names,
// once: when the first text is parsed or the first thread made. They refer to
// functions that refer to them, so that they cannot be the initial values of
// variables.
var library = sync.OnceFunc(func() {
	for _, define := range []func(){
		defineBuiltinsIter,
		defineBuiltinsMisc,
		defineBuiltinsNumber,
		defineBuiltinsReduce,
		defineBytearrayMethods,
		defineBytesMethods,
		defineBytesText,
		defineDictMethods,
		defineListMethods,
		defineNumberMethods,
		defineSetMethods,
		defineStrCase,
		defineStrIs,
		defineStrMethods,
		defineStrPad,
		defineStrSplit,
		defineTypesContainer,
		defineTypesNumber,
	} {
		define()
	}
})
