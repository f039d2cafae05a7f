// Calls a server through the vendor's own Go client, of which only the host, the scheme and the keys are set. It reads
// calls as lines of JSON, {"action", "body"}, and answers each with a line: "sent" is the body as it went, "raw" the one
// that came, "typed" what the client made of it in its own struct (absent where the client has no method, or its struct
// no such field), "error" what the client said.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"reflect"

	"github.com/volcengine/volc-sdk-golang/base"
	"github.com/volcengine/volc-sdk-golang/service/im"
)

type call struct {
	Action string          `json:"action"`
	Body   json.RawMessage `json:"body"`
}

type answer struct {
	Sent  json.RawMessage `json:"sent"`
	Raw   json.RawMessage `json:"raw"`
	Typed json.RawMessage `json:"typed,omitempty"`
	Error string          `json:"error,omitempty"`
}

// listener keeps the last bodies that passed through.
type listener struct{ sent, last []byte }

func (l *listener) RoundTrip(request *http.Request) (*http.Response, error) {
	var err error
	l.sent, err = io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	request.Body.Close()
	request.Body = io.NopCloser(bytes.NewReader(l.sent))
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	l.last, err = io.ReadAll(response.Body)
	response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(l.last))
	return response, err
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: client HOST:PORT ACCESS-KEY SECRET-KEY < calls")
		os.Exit(2)
	}
	client := im.NewInstance()
	client.SetHost(os.Args[1])
	client.SetScheme("http")
	client.SetAccessKey(os.Args[2])
	client.SetSecretKey(os.Args[3])
	heard := &listener{}
	client.Client.Client = &http.Client{Transport: heard}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 4<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked call
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		heard.sent, heard.last = []byte("null"), []byte("null")
		typed, err := perform(client, asked)
		said := answer{Sent: heard.sent, Raw: heard.last, Typed: typed}
		if err != nil {
			said.Error = err.Error()
		}
		if err := out.Encode(said); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// perform calls the client's method of that name. What its struct cannot say is sent by the same client as it is.
func perform(client *im.Im, asked call) (json.RawMessage, error) {
	method := reflect.ValueOf(client).MethodByName(asked.Action)
	if !method.IsValid() {
		return nil, plainly(client, asked)
	}
	body := reflect.New(method.Type().In(1).Elem())
	reading := json.NewDecoder(bytes.NewReader(asked.Body))
	reading.DisallowUnknownFields()
	if err := reading.Decode(body.Interface()); err != nil {
		return nil, plainly(client, asked)
	}
	results := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), body})
	if err, _ := results[1].Interface().(error); err != nil {
		return nil, err
	}
	return json.Marshal(results[0].Interface())
}

func plainly(client *im.Im, asked call) error {
	query := url.Values{"Action": {asked.Action}, "Version": {"2020-12-01"}}
	client.ApiInfoList[asked.Action] = &base.ApiInfo{Method: http.MethodPost, Path: "/", Query: query}
	_, _, err := client.CtxJson(context.Background(), asked.Action, url.Values{}, string(asked.Body))
	return err
}
