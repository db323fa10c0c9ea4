export default { title: "Overview", mount(root) {} };
