/** All words that are shown within an element, also those inside custom elements. */
export async function textOf(locator) {
  await locator.waitFor({ state: 'attached' });
  return (await textsOf(locator))[0] ?? '';
}

/** As `textOf`, of all elements that are there just now. */
export async function textsOf(locator) {
  return locator.evaluateAll((roots) => {
    const read = (node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data;
      if (node.nodeName === 'STYLE' || node.hidden) return '';
      return [...(node.shadowRoot ?? node).childNodes].map(read).join(' ');
    };
    return roots.map((root) => read(root).replace(/\s+/g, ' ').trim());
  });
}
