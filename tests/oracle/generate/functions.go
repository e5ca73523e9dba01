package generate

import (
	"slices"
	"strings"
)

// kind is what an expression yields, as far as the functions of templates care.
type kind string

const (
	text     kind = "text"
	number   kind = "number" // json.Number
	boolean  kind = "bool"
	integer  kind = "int"
	integer6 kind = "int64"
	natural  kind = "uint64"
	float    kind = "float64"
	list     kind = "list"    // []interface {}
	strs     kind = "strings" // []string
	ints     kind = "ints"    // []int
	mapping  kind = "map"     // map[string]interface {}
	textMap  kind = "textmap" // map[string]string
	nothing  kind = "nil"
	anything kind = "any"
	secret   kind = "secret"
	instant  kind = "time"
	opaque   kind = "opaque" // printable, nothing else is known
)

// A signature is a name, its parameters and its result. A parameter is a kind, a form of string literal, or
// small: an int literal; keys: the keys of a map, whose order is random; single: a map with one key; address: the parts
// of a URL; count: any integer; numeric: anything that casts to a number; items: a list of any element type; fresh: a
// map nobody else has, which the function may change; three: a list of three elements; index3: an index in it; "...":
// the parameter before repeats.
type signature struct {
	name       string
	parameters []string
	variadic   bool
	result     kind
}

var signatures = parseSignatures(`
toUpper text > text
toLower text > text
toTitle text > text
trimSpace text > text
trim text text > text
trimPrefix text text > text
trimSuffix text text > text
replaceAll text text text > text
regexReplaceAll regex expansion text > text
regexMatch regex text > bool
split separator text > strings
splitToMap separator separator text > textmap
splitToMap separator separator csv > textmap
join separator strings > text
indent small text > text
contains any items > bool
contains text text > bool
in items any > bool
in text text > bool
containsAll list items > bool
containsAny list items > bool
containsNone list items > bool
containsNotAll list items > bool
base64Decode base64 > text
base64Encode text > text
base64URLDecode base64url > text
base64URLEncode text > text
sha256Hex text > text
md5sum text > text
hmacSHA256Hex text text > text
parseBool boolean > bool
parseFloat decimal > float64
parseInt digits > int64
parseUint natural > uint64
parseJSON json > opaque
parseYAML yaml > opaque
toJSON any > text
toJSONPretty any > text
toUnescapedJSON any > text
toUnescapedJSONPretty any > text
toYAML any > text
toTOML map > text
explodeMap map > map
mergeMap fresh map > map
mergeMapWithOverride fresh map > map
add count count > opaque
add count float64 > float64
subtract count count > opaque
subtract float64 count > float64
multiply count count > opaque
divide 3 count > opaque
divide 2.5 count > float64
modulo 7 int64 > opaque
minimum count count > opaque
maximum count float64 > float64
env key > text
envOrDefault key text > text
print any any > text
print any ... > text
println any any > text
html text > text
html any any > text
js text > text
js any > text
urlquery text > text
urlquery any any > text
len text > int
len items > int
len map > int
not any > bool
and any any > opaque
or any any > opaque
and bool bool > bool
or bool bool > bool
eq text text > bool
eq text number > bool
eq text text ... > bool
eq count count > bool
eq float64 float64 > bool
eq bool bool > bool
ne text text > bool
ne count count > bool
lt count count > bool
lt text text > bool
le float64 float64 > bool
gt text number > bool
ge count count > bool
slice three index3 > list
spew_sdump text > text
spew_sdump count > text
spew_sprintf "%v" text > text
sprig_hello > text
sprig_abbrev 5 text > text
sprig_abbrev small text > text
sprig_abbrevboth 4 9 text > text
sprig_trunc small text > text
sprig_trunc -3 text > text
sprig_trim text > text
sprig_upper text > text
sprig_lower text > text
sprig_title text > text
sprig_untitle text > text
sprig_substr 0 small text > text
sprig_substr -1 3 "abcdef" > text
sprig_repeat small text > text
sprig_trimall text text > text
sprig_trimAll text text > text
sprig_trimSuffix text text > text
sprig_trimPrefix text text > text
sprig_nospace text > text
sprig_initials text > text
sprig_swapcase text > text
sprig_snakecase text > text
sprig_camelcase text > text
sprig_kebabcase text > text
sprig_wrap 5 text > text
sprig_wrapWith 4 text text > text
sprig_contains text text > bool
sprig_hasPrefix text text > bool
sprig_hasSuffix text text > bool
sprig_quote any ... > text
sprig_squote any ... > text
sprig_cat any ... > text
sprig_indent small text > text
sprig_nindent small text > text
sprig_replace text text text > text
sprig_plural text text small > text
sprig_sha1sum text > text
sprig_sha256sum text > text
sprig_sha512sum text > text
sprig_adler32sum text > text
sprig_toString any > text
sprig_atoi digits > int
sprig_int numeric > int
sprig_int64 numeric > int64
sprig_float64 numeric > float64
sprig_seq small > text
sprig_seq small small > text
sprig_seq small 2 9 > text
sprig_toDecimal numeric > int64
sprig_split separator text > textmap
sprig_splitList separator text > strings
sprig_splitn separator 2 text > textmap
sprig_toStrings items > strings
sprig_until small > ints
sprig_untilStep small 9 2 > ints
sprig_add1 numeric > int64
sprig_add numeric ... > int64
sprig_sub numeric numeric > int64
sprig_div numeric 3 > int64
sprig_mod numeric 7 > int64
sprig_mul numeric numeric ... > int64
sprig_add1f numeric > float64
sprig_addf numeric ... > float64
sprig_subf numeric numeric > float64
sprig_divf numeric 4 > float64
sprig_mulf numeric numeric > float64
sprig_biggest numeric numeric > int64
sprig_max numeric numeric ... > int64
sprig_min numeric numeric > int64
sprig_maxf numeric numeric > float64
sprig_minf numeric numeric > float64
sprig_ceil numeric > float64
sprig_floor numeric > float64
sprig_round numeric 2 > float64
sprig_round float64 small 0.6 > float64
sprig_join separator items > text
sprig_sortAlpha strings > strings
sprig_sortAlpha items > strings
sprig_sortAlpha keys > strings
sprig_values single > list
sprig_urlJoin address > text
sprig_default any any > opaque
sprig_default text text > text
sprig_empty any > bool
sprig_coalesce any any > opaque
sprig_all any any > bool
sprig_any any any > bool
sprig_compact items > list
sprig_mustCompact items > list
sprig_fromJson json > opaque
sprig_mustFromJson json > opaque
sprig_toJson any > text
sprig_toPrettyJson any > text
sprig_toRawJson any > text
sprig_mustToJson any > text
sprig_mustToPrettyJson any > text
sprig_mustToRawJson any > text
sprig_ternary any any bool > opaque
sprig_ternary text text bool > text
sprig_deepCopy map > map
sprig_mustDeepCopy map > map
sprig_typeOf any > text
sprig_typeIs typename any > bool
sprig_typeIsLike typename any > bool
sprig_kindOf any > text
sprig_kindIs kindname any > bool
sprig_deepEqual any any > bool
sprig_base path > text
sprig_dir path > text
sprig_clean path > text
sprig_ext path > text
sprig_isAbs path > bool
sprig_osBase path > text
sprig_osClean path > text
sprig_osDir path > text
sprig_osExt path > text
sprig_osIsAbs path > bool
sprig_b64enc text > text
sprig_b64dec base64 > text
sprig_b32enc text > text
sprig_b32dec base32 > text
sprig_list any ... > list
sprig_tuple any any > list
sprig_dict key any > map
sprig_dict key any key any > map
sprig_get map key > opaque
sprig_set fresh key any > map
sprig_unset fresh key > map
sprig_hasKey map key > bool
sprig_pluck key map map > list
sprig_pick map key key > map
sprig_omit map key > map
sprig_merge fresh map > map
sprig_mustMerge fresh map > map
sprig_mergeOverwrite fresh map > map
sprig_mustMergeOverwrite fresh map > map
sprig_append items any > list
sprig_push items any > list
sprig_mustAppend items any > list
sprig_mustPush items any > list
sprig_prepend items any > list
sprig_mustPrepend items any > list
sprig_first items > opaque
sprig_mustFirst items > opaque
sprig_rest items > list
sprig_mustRest items > list
sprig_last items > opaque
sprig_mustLast items > opaque
sprig_initial items > list
sprig_mustInitial items > list
sprig_reverse items > list
sprig_mustReverse items > list
sprig_uniq items > list
sprig_mustUniq items > list
sprig_without items any > list
sprig_mustWithout items any > list
sprig_has any items > bool
sprig_mustHas any items > bool
sprig_slice three index3 > list
sprig_slice three 1 index3 > list
sprig_mustSlice three index3 > list
sprig_concat items items > list
sprig_dig key any map > opaque
sprig_chunk 2 items > opaque
sprig_mustChunk 3 items > opaque
sprig_semverCompare constraint version > bool
sprig_regexMatch regex text > bool
sprig_mustRegexMatch regex text > bool
sprig_regexFindAll regex text -1 > strings
sprig_mustRegexFindAll regex text 2 > strings
sprig_regexFind regex text > text
sprig_mustRegexFind regex text > text
sprig_regexReplaceAll regex text expansion > text
sprig_mustRegexReplaceAll regex text expansion > text
sprig_regexReplaceAllLiteral regex text expansion > text
sprig_mustRegexReplaceAllLiteral regex text text > text
sprig_regexSplit regex text -1 > strings
sprig_mustRegexSplit regex text 2 > strings
sprig_regexQuoteMeta text > text
sprig_urlParse url > map
sprig_duration digits > text
sprig_duration int64 > text
sprig_durationRound duration > text
sprig_durationRound int64 > text
sprig_toDate "2006-01-02" date > time
sprig_mustToDate "2006-01-02" date > time
sprig_toDate layout date > time
sprig_unixEpoch time > text
`)

func parseSignatures(table string) []signature {
	var parsed []signature
	for row := range strings.SplitSeq(strings.TrimSpace(table), "\n") {
		left, result, found := strings.Cut(row, ">")
		words := strings.Fields(left)
		if !found {
			continue
		}
		one := signature{name: words[0], parameters: words[1:], result: kind(strings.TrimSpace(result))}
		if last := len(one.parameters) - 1; last >= 0 && one.parameters[last] == "..." {
			one.parameters, one.variadic = one.parameters[:last], true
		}
		parsed = append(parsed, one)
	}
	return parsed
}

// byResult are the functions that yield a kind; any kind is what an expression for printing may have.
var byResult = func() map[kind][]signature {
	index := map[kind][]signature{}
	for _, one := range signatures {
		index[one.result] = append(index[one.result], one)
	}
	index[anything] = slices.Clone(signatures)
	return index
}()
