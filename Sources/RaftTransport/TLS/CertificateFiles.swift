import RaftStorage

/// Where the certificates of a host are, in PEM form.
package struct CertificatePaths: Hashable, Sendable {
    package var certificate: String
    package var privateKey: String
    /// Who signs the certificates of members.
    package var roots: String

    package init(certificate: String, privateKey: String, roots: String) {
        self.certificate = certificate
        self.privateKey = privateKey
        self.roots = roots
    }
}

/// Why certificates cannot be used, and in which file.
package struct CertificateProblem: Error, Sendable, CustomStringConvertible {
    package let description: String
    package let cause: (any Error)?
}

/// The contents of the files that a host shows to others, and checks them with.
package struct CertificateFiles: Sendable, Equatable {
    private static let bytesMaximum = 1 << 20

    private let certificate: [UInt8]
    private let privateKey: [UInt8]
    private let roots: [UInt8]

    /// Reads the files.
    ///
    /// - Throws: ``CertificateProblem``, which names the file.
    package init(reading files: CertificatePaths) throws {
        certificate = try Self.contents(of: files.certificate)
        privateKey = try Self.contents(of: files.privateKey)
        roots = try Self.contents(of: files.roots)
    }

    /// What the files mean, if others would accept it.
    ///
    /// - Parameters:
    ///   - files: Their names.
    ///   - time: Seconds since 1970.
    ///   - isClient: Whether they are shown to servers only.
    /// - Throws: ``CertificateProblem``, which names the file and what is wrong.
    package func settings(
        of files: CertificatePaths, at time: Int, isClient: Bool = false
    ) throws -> TLSSettings {
        do {
            let settings = try TLSSettings(
                certificates: certificate, privateKey: privateKey, roots: roots)
            try settings.check(at: time, isClient: isClient)
            return settings
        } catch let fault as CertificateFault {
            throw CertificateProblem(description: files.sentence(about: fault), cause: fault)
        }
    }

    /// Reads a file of certificates or a key.
    ///
    /// - Throws: ``CertificateProblem``, which names the file.
    package static func contents(of path: String) throws -> [UInt8] {
        do {
            let file = try PosixDisk().open(path, .readOnly)
            let size = try file.size()
            guard size <= bytesMaximum else {
                throw CertificateProblem(
                    description: "\(path): expected PEM, found \(size) bytes", cause: nil)
            }
            let bytes = try [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
            }
            try file.close()
            return bytes
        } catch let error as DiskError {
            throw CertificateProblem(description: "\(path): \(error.message)", cause: error)
        }
    }
}

extension CertificatePaths {
    /// Names the file in which something is wrong.
    fileprivate func sentence(about fault: CertificateFault) -> String {
        switch fault {
        case .noCertificate: "\(certificate): expected a certificate in PEM form"
        case .noPrivateKey: "\(privateKey): expected a private key in PEM form, without passphrase"
        case .noAuthority: "\(roots): expected the certificates of authorities in PEM form"
        case .otherKey: "\(privateKey): the key does not belong to the certificate \(certificate)"
        case .notYetValid: "\(certificate): the certificate is not valid yet"
        case .expired: "\(certificate): the certificate has expired"
        case .refused(let reason):
            "\(certificate): no authority in \(roots) signed the certificate for this use (\(reason))"
        }
    }
}
