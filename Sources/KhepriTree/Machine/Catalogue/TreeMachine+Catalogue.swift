extension TreeMachine {
    /// Applies a change of the list of stores.
    mutating func apply(
        _ command: CatalogueCommand, in context: ApplyContext
    ) -> ApplyOutcome {
        var refusal: OperationError?
        switch command {
        case .create(let entry): refusal = catalogue.add(entry)
        case .delete(let name, let id): catalogue.remove(name, id: id)
        }
        advance(to: context)
        let result = refusal.map(OperationResult.error) ?? .ok
        return .applied(Applied(result: result, changes: ChangeSet()))
    }
}
