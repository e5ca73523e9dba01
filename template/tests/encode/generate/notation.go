package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"time"
)

// notation describes a value with its type: a list of the type's name and the content.
func notation(value any) any {
	switch value := value.(type) {
	case nil:
		return []any{"nil"}
	case bool:
		return []any{"bool", value}
	case time.Duration:
		return []any{"duration", strconv.FormatInt(int64(value), 10)}
	case int:
		return []any{"int", strconv.Itoa(value)}
	case int64:
		return []any{"int64", strconv.FormatInt(value, 10)}
	case uint64:
		return []any{"uint64", strconv.FormatUint(value, 10)}
	case float32:
		return []any{"float32", strconv.FormatFloat(float64(value), 'g', -1, 32)}
	case float64:
		return []any{"float64", strconv.FormatFloat(value, 'g', -1, 64)}
	case complex128:
		return []any{"complex"}
	case string:
		return []any{"string", bytesNotation(value)}
	case json.Number:
		return []any{"number", value.String()}
	case time.Time:
		return []any{"time", value.String()}
	}
	reflected := reflect.ValueOf(value)
	switch reflected.Kind() {
	case reflect.Slice:
		if reflected.IsNil() {
			return []any{"nil-list"}
		}
		content := []any{reflected.Type().String()}
		for index := range reflected.Len() {
			content = append(content, notation(reflected.Index(index).Interface()))
		}
		return content
	case reflect.Map:
		content := []any{reflected.Type().String()}
		if reflected.IsNil() {
			return append([]any{"nil-map"}, content...)
		}
		var entries [][2]reflect.Value
		for iterator := reflected.MapRange(); iterator.Next(); {
			entries = append(entries, [2]reflect.Value{iterator.Key(), iterator.Value()})
		}
		sort.Slice(entries, func(left, right int) bool {
			return sortKey(entries[left][0]) < sortKey(entries[right][0])
		})
		for _, entry := range entries {
			content = append(content, []any{notation(entry[0].Interface()), notation(entry[1].Interface())})
		}
		return content
	case reflect.Pointer:
		if reflected.IsNil() {
			return []any{"nil-object"}
		}
		content := []any{"object"}
		for index := range reflected.Elem().NumField() {
			name := reflected.Elem().Type().Field(index).Name
			content = append(content, []any{name, notation(reflected.Elem().Field(index).Interface())})
		}
		return content
	case reflect.Chan:
		return []any{"channel"}
	}
	panic(fmt.Sprintf("no notation for %T", value))
}

func sortKey(key reflect.Value) string {
	return fmt.Sprintf("%T %v", key.Interface(), key)
}
