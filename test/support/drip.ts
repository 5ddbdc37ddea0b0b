import { connect } from "node:net";

/** Sends `first`, then one character after the other for as long as it is let: what was answered before it was cut off. */
export function drip(url: string, first: string, each = ""): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    let drops: NodeJS.Timeout | undefined;
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
      socket.write(first);
      if (each !== "") drops = setInterval(() => socket.write(each), 20);
    });
    socket.on("data", (data) => (answer += data.toString()));
    // One that writes to what has been cut off is told so in its own way.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearInterval(drops);
      resolve(answer);
    });
  });
}
