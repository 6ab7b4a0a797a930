export declare function routesModule(): string;
export declare const outputs: { file: URL; make: () => string }[];
