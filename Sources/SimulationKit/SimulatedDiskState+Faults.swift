import RaftStorage

extension SimulatedDiskState {
    /// Carries out a call that fails.
    mutating func fail<Result>(
        _ call: DiskCall, _ fault: DiskFault,
        _ body: (inout SimulatedDiskState) throws -> Result
    ) throws -> Result {
        switch fault {
        case .error(let number):
            if call.operation == .flush { dropUnflushed(call.path) }
            throw DiskError(call.operation, call.path, errno: number)
        case .shortWrite:
            guard call.operation == .write else {
                throw DiskError(call.operation, call.path, errno: DiskFault.inputOutput)
            }
            isWriteHalved = true
            defer { isWriteHalved = false }
            return try body(&self)
        case .halt:
            isHalted = true
            throw DiskError(call.operation, call.path, errno: DiskFault.inputOutput)
        }
    }
}
