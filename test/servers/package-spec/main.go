// Elastic's own validator of packages, for tests: prints what is wrong with the package in a folder, and ends with 1
// where anything is.
package main

import (
	"fmt"
	"os"

	"github.com/elastic/package-spec/v3/code/go/pkg/validator"
)

func main() {
	if err := validator.ValidateFromPath(os.Args[1]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
