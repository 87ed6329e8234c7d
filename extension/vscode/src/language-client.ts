/** The language client, a file of its own in the package: it is large, and activation does not wait for it. */

export { CloseAction, ErrorAction, InlayHintRequest, LanguageClient, ProgressType } from 'vscode-languageclient/node';
